/**
 * Prints a generated schema as federation SDL with its directives: audiences as `@tag`s on every field, argument, enum
 * value, scalar and union. Prints definitions by name, so that two runs give the same bytes.
 */
import {
  Kind,
  parse,
  print,
  printSchema,
  visit,
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type GraphQLArgument,
  type GraphQLNamedType,
  type GraphQLSchema,
  type InputValueDefinitionNode,
} from 'graphql';
import { isInputObjectType, isInterfaceType, isObjectType, isScalarType } from 'graphql';
import { tagOf } from './audience';
import { enumAudiences } from './enum-type';
import { PERSONAL_DIRECTIVES } from './personal';
import { unionAudiences } from './union-type';
import { AUDIENCES, type Audience } from './vocabulary';

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [
  "@key", "@tag", "@shareable", "@inaccessible", "@external", "@requires", "@provides", "@override", "@interfaceObject"
])
`;

export function printSubgraph(schema: GraphQLSchema): string {
  const document = parse(printSchema(schema));
  const definitions = document.definitions
    .filter((definition) => definition.kind !== Kind.SCHEMA_DEFINITION && !isEmptyRoot(definition))
    .map((definition) => markDefinition(definition, schema))
    .sort((left, right) => (nameOf(left) < nameOf(right) ? -1 : 1));
  const body: DocumentNode = visit(
    { kind: Kind.DOCUMENT, definitions } as DocumentNode,
    { enter: (node) => ('directives' in node && node.directives !== undefined ? { ...node, directives: inOrder(node.directives as ConstDirectiveNode[]) } : undefined) },
  );
  return `${LINK}${PERSONAL_DIRECTIVES}\n${print(body)}\n`;
}

function nameOf(definition: DefinitionNode): string {
  return 'name' in definition ? (definition.name?.value ?? '') : '';
}

/** A room may have no root fields of its own; TypeGraphQL makes the type all the same. */
function isEmptyRoot(definition: DefinitionNode): boolean {
  return definition.kind === Kind.OBJECT_TYPE_DEFINITION && (definition.fields ?? []).length === 0;
}

function markDefinition(definition: DefinitionNode, schema: GraphQLSchema): DefinitionNode {
  const type = schema.getType(nameOf(definition));
  if (type === undefined) return definition;
  switch (definition.kind) {
    case Kind.OBJECT_TYPE_DEFINITION:
    case Kind.INTERFACE_TYPE_DEFINITION:
      return markFields({ ...definition, directives: writtenOn(type) }, type);
    case Kind.INPUT_OBJECT_TYPE_DEFINITION:
      return {
        ...definition,
        directives: writtenOn(type),
        fields: (definition.fields ?? []).map((field) => ({ ...field, directives: inputFieldDirectives(field, type) })),
      };
    case Kind.ENUM_TYPE_DEFINITION: {
      const audiences = enumAudiences(type.name);
      return visit(definition, {
        EnumValueDefinition: (value) => ({ ...value, directives: tags(audiences?.values[value.name.value] ?? []) }),
      });
    }
    case Kind.UNION_TYPE_DEFINITION:
      return { ...definition, directives: tags(unionAudiences(type.name) ?? []) };
    case Kind.SCALAR_TYPE_DEFINITION:
      return { ...definition, directives: [...(definition.directives ?? []), ...tags(isScalarType(type) ? audiencesOf(type) : [])] };
    default:
      return definition;
  }
}

function markFields<D extends Extract<DefinitionNode, { kind: Kind.OBJECT_TYPE_DEFINITION | Kind.INTERFACE_TYPE_DEFINITION }>>(
  definition: D,
  type: GraphQLNamedType,
): D {
  if (!isObjectType(type) && !isInterfaceType(type)) return definition;
  const fields = type.getFields();
  return {
    ...definition,
    fields: (definition.fields ?? []).map((node) => {
      const field = fields[node.name.value];
      const directives = [...(field?.astNode?.directives ?? [])];
      return {
        ...node,
        directives: [...directives, ...kept(node.directives)],
        arguments: (node.arguments ?? []).map((argument) => markArgument(argument, field?.args ?? [], directives)),
      };
    }),
  };
}

/** A field's tags do not flow into its arguments in composition, and an argument that is left out breaks the field. */
function markArgument(node: InputValueDefinitionNode, args: readonly GraphQLArgument[], fieldDirectives: readonly ConstDirectiveNode[]): InputValueDefinitionNode {
  const own = args.find(({ name }) => name === node.name.value)?.astNode?.directives ?? [];
  const inherited = own.some(isTag) ? [] : fieldDirectives.filter(isTag);
  return { ...node, directives: [...own, ...inherited, ...kept(node.directives)] };
}

function inputFieldDirectives(node: InputValueDefinitionNode, type: GraphQLNamedType): ConstDirectiveNode[] {
  const own = isInputObjectType(type) ? (type.getFields()[node.name.value]?.astNode?.directives ?? []) : [];
  return [...own, ...(own.some(isTag) ? [] : tags(audiencesOf(type))), ...kept(node.directives)];
}

/** What `printSchema` itself prints: `@deprecated` and the like. */
function kept(directives: readonly ConstDirectiveNode[] | undefined): readonly ConstDirectiveNode[] {
  return directives ?? [];
}

function writtenOn(type: GraphQLNamedType): readonly ConstDirectiveNode[] {
  return type.astNode?.directives ?? [];
}

function audiencesOf(type: GraphQLNamedType): readonly Audience[] {
  const audiences: unknown = type.extensions['audiences'];
  return Array.isArray(audiences) ? (audiences as Audience[]) : [];
}

/** Audiences last and in the vocabulary's order: decorators run in an order that is nobody's intention. */
function inOrder(directives: readonly ConstDirectiveNode[]): ConstDirectiveNode[] {
  const tagged = new Set(directives.filter(isTag).map(print));
  return [...directives.filter((directive) => !isTag(directive)), ...tags(AUDIENCES).filter((tag) => tagged.has(print(tag)))];
}

function isTag(directive: ConstDirectiveNode): boolean {
  return directive.name.value === 'tag';
}

function tags(audiences: readonly Audience[]): ConstDirectiveNode[] {
  return audiences.map((audience) => ({
    kind: Kind.DIRECTIVE,
    name: { kind: Kind.NAME, value: 'tag' },
    arguments: [
      {
        kind: Kind.ARGUMENT,
        name: { kind: Kind.NAME, value: 'name' },
        value: { kind: Kind.STRING, value: tagOf(audience) },
      },
    ],
  }));
}
