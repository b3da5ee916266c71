/**
 * What one document may cost before anything is validated or planned: tokens, depth, aliases, root fields, directives and the
 * number of fields after fragments are expanded. Looks at the document only; it knows no schema and no caller.
 */
import { Kind, parse, type DocumentNode, type FieldNode, type FragmentDefinitionNode, type SelectionNode, type SelectionSetNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import { HubError } from '../kernel/errors';

export interface DocumentLimits {
  readonly depth: number;
  readonly rootFields: number;
  readonly tokens: number;
  readonly aliases: number;
  readonly directives: number;
  /** After fragments are expanded: twenty fragments that each spread the next one twice are a million fields. */
  readonly fields: number;
}

/** The longest documented example has about 400 tokens, 3 aliases and no directive; GraphiQL's introspection 380 tokens. */
export const DEFAULT_DOCUMENT_LIMITS = { tokens: 4_000, aliases: 30, directives: 16, fields: 2_000 } as const;
/** The introspection of graphql-js follows nine levels of list and non-null wrappers. */
const INTROSPECTION_DEPTH = 20;
/** Characters of known good documents: a few thousand of them. */
const KNOWN_CHARACTERS = 4 * 1024 * 1024;

/** What a selection set amounts to, its fragments expanded. */
interface Measure {
  /** Fields of the set itself. */
  readonly roots: number;
  readonly depth: number;
  /** Introspection is as deep as the type system wraps, whoever asks, so its depth has a limit of its own. */
  readonly introspectionDepth: number;
  readonly fields: number;
  readonly aliases: number;
  readonly directives: number;
}

const NOTHING: Measure = { roots: 0, depth: 0, introspectionDepth: 0, fields: 0, aliases: 0, directives: 0 };

/** A check that remembers which documents passed: clients send the same few. */
export function documentCheck(limits: DocumentLimits): (document: string) => void {
  const passed = new LRUCache<string, true>({ maxSize: KNOWN_CHARACTERS, sizeCalculation: (_value, text) => text.length + 1 });
  return (text) => {
    if (passed.has(text)) return;
    const document = parsed(text, limits.tokens);
    if (document === null) return;
    refuseBeyond(document, limits);
    passed.set(text, true);
  };
}

/** graphql-js says it with a spelling of its own, which it may correct one day. */
const TOO_MANY_TOKENS = /more tha[nt] \d+ tokens/;

/** null for a syntax error, which the server reports in its own place. */
function parsed(text: string, maxTokens: number): DocumentNode | null {
  try {
    return parse(text, { maxTokens, noLocation: true });
  } catch (error) {
    if (error instanceof Error && TOO_MANY_TOKENS.test(error.message)) throw exceeded('tokens', maxTokens);
    return null;
  }
}

function exceeded(what: keyof DocumentLimits, max: number): HubError {
  return new HubError('LIMIT_EXCEEDED', `The document exceeds the limit of ${max} ${WORDS[what]}.`, { ruleId: `LIMIT-${what.replace(/[A-Z]/, (letter) => `-${letter}`).toUpperCase()}` });
}

const WORDS: Readonly<Record<keyof DocumentLimits, string>> = {
  depth: 'nested levels',
  rootFields: 'root fields',
  tokens: 'tokens',
  aliases: 'aliases',
  directives: 'directives',
  fields: 'fields with fragments expanded',
};

function refuseBeyond(document: DocumentNode, limits: DocumentLimits): void {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const ruler = new Ruler(fragments);
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const measure = ruler.ofSet(definition.selectionSet);
    if (measure.roots > limits.rootFields) throw exceeded('rootFields', limits.rootFields);
    if (measure.aliases > limits.aliases) throw exceeded('aliases', limits.aliases);
    if (measure.directives + (definition.directives?.length ?? 0) > limits.directives) throw exceeded('directives', limits.directives);
    if (measure.fields > limits.fields) throw exceeded('fields', limits.fields);
    if (measure.depth > limits.depth) throw exceeded('depth', limits.depth);
    if (measure.introspectionDepth > INTROSPECTION_DEPTH) throw exceeded('depth', INTROSPECTION_DEPTH);
  }
}

/** Measures each fragment once, however often it is spread; inside itself it counts as nothing, which validation refuses. */
class Ruler {
  private readonly known = new Map<string, Measure>();

  constructor(private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>) {}

  ofSet(set: SelectionSetNode | undefined): Measure {
    return (set?.selections ?? []).map((selection) => this.ofSelection(selection)).reduce(add, NOTHING);
  }

  private ofSelection(selection: SelectionNode): Measure {
    const own = selection.directives?.length ?? 0;
    if (selection.kind === Kind.FIELD) return this.ofField(selection, own);
    const inside = selection.kind === Kind.INLINE_FRAGMENT ? this.ofSet(selection.selectionSet) : this.ofFragment(selection.name.value);
    return { ...inside, directives: inside.directives + own };
  }

  private ofField(field: FieldNode, directives: number): Measure {
    const inside = this.ofSet(field.selectionSet);
    const depth = 1 + Math.max(inside.depth, inside.introspectionDepth);
    const introspects = /^__(schema|type)$/.test(field.name.value);
    return {
      roots: 1,
      depth: introspects ? 0 : depth,
      introspectionDepth: introspects ? depth : 0,
      fields: inside.fields + 1,
      aliases: inside.aliases + (field.alias === undefined ? 0 : 1),
      directives: inside.directives + directives,
    };
  }

  private ofFragment(name: string): Measure {
    const known = this.known.get(name);
    if (known !== undefined) return known;
    this.known.set(name, NOTHING);
    const fragment = this.fragments.get(name);
    const inside = this.ofSet(fragment?.selectionSet);
    const measure = { ...inside, directives: inside.directives + (fragment?.directives?.length ?? 0) };
    this.known.set(name, measure);
    return measure;
  }
}

function add(left: Measure, right: Measure): Measure {
  return {
    roots: left.roots + right.roots,
    depth: Math.max(left.depth, right.depth),
    introspectionDepth: Math.max(left.introspectionDepth, right.introspectionDepth),
    fields: left.fields + right.fields,
    aliases: left.aliases + right.aliases,
    directives: left.directives + right.directives,
  };
}
