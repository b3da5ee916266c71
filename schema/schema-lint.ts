/**
 * What every subgraph's SDL promises: audiences, descriptions, guarded personal fields. Finds what is missing and names
 * its coordinate; repairs nothing.
 */
import {
  Kind,
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  type TypeDefinitionNode,
  type GraphQLSchema,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isTypeDefinitionNode,
} from 'graphql';
import { audienceOfTag, tagOf } from './audience';
import { personalMark } from './personal';
import type { Audience } from './vocabulary';

interface Described {
  readonly description?: { readonly value: string } | undefined;
  readonly directives?: readonly ConstDirectiveNode[] | undefined;
}

export function findBrokenPromises(document: DocumentNode): string[] {
  return document.definitions.filter(isTypeDefinitionNode).flatMap(checkType);
}

/** A class names the audiences that may know of its type; a field open to one more was opened by mistake. */
export function findWidenedFields(schema: GraphQLSchema): string[] {
  return Object.values(schema.getTypeMap()).flatMap((type) => {
    const bound: unknown = type.extensions['audiences'];
    if (!Array.isArray(bound) || !(isObjectType(type) || isInterfaceType(type) || isInputObjectType(type))) return [];
    const known = (bound as Audience[]).map(tagOf);
    return Object.values<{ name: string; astNode?: Described | null | undefined }>(type.getFields()).flatMap(({ name, astNode }) =>
      tagsOf(astNode ?? {})
        .filter((tag) => !known.includes(tag))
        .map((tag) => `${type.name}.${name}: is open to ${tag}, which its type is not`),
    );
  });
}

function checkType(type: TypeDefinitionNode): string[] {
  const name = type.name.value;
  const isRoot = name === 'Query' || name === 'Mutation' || name === 'Subscription';
  const broken = isRoot ? [] : checkDescription(name, type);
  switch (type.kind) {
    case Kind.OBJECT_TYPE_DEFINITION:
    case Kind.INTERFACE_TYPE_DEFINITION:
      // One tag here would flow into every field, whatever the fields themselves say.
      if (tagsOf(type).length > 0) broken.push(`${name}: an object type must not carry an audience tag, only its fields`);
      return [...broken, ...(type.fields ?? []).flatMap((field) => checkField(`${name}.${field.name.value}`, field))];
    case Kind.INPUT_OBJECT_TYPE_DEFINITION:
      return [...broken, ...(type.fields ?? []).flatMap((field) => checkTagged(`${name}.${field.name.value}`, field))];
    case Kind.ENUM_TYPE_DEFINITION:
      return [...broken, ...(type.values ?? []).flatMap((value) => checkTagged(`${name}.${value.name.value}`, value))];
    default:
      return [...broken, ...checkAudience(name, type)];
  }
}

function checkField(coordinate: string, field: FieldDefinitionNode): string[] {
  if ((field.directives ?? []).some(({ name }) => name.value === 'external')) {
    // Composition refuses them there, with an error that names neither the decorator nor the reason.
    const tagged = tagsOf(field).length > 0 ? [`${coordinate}: an external field takes its audiences from the room that owns it`] : [];
    return [...checkDescription(coordinate, field), ...tagged];
  }
  return [
    ...checkTagged(coordinate, field),
    ...checkPersonal(coordinate, field),
    ...(field.arguments ?? []).flatMap((argument) => checkArgument(coordinate, argument, field)),
  ];
}

function checkArgument(coordinate: string, argument: InputValueDefinitionNode, field: FieldDefinitionNode): string[] {
  const place = `${coordinate}(${argument.name.value}:)`;
  const broken = checkTagged(place, argument);
  const isRequired = argument.type.kind === Kind.NON_NULL_TYPE && argument.defaultValue === undefined;
  if (isRequired && tagsOf(field).some((tag) => !tagsOf(argument).includes(tag))) {
    broken.push(`${place}: a required argument must exist for every audience of its field`);
  }
  return broken;
}

function checkPersonal(coordinate: string, field: FieldDefinitionNode): string[] {
  const directives = field.directives ?? [];
  const isPersonal = directives.some(({ name }) => name.value === 'personal');
  const broken: string[] = [];
  if (isPersonal) {
    try {
      personalMark(directives);
    } catch (error) {
      broken.push(`${coordinate}: ${(error as Error).message}`);
    }
    if (field.type.kind === Kind.NON_NULL_TYPE) broken.push(`${coordinate}: a personal field must be nullable, so that it can be withheld`);
  }
  if (!isPersonal && directives.some(({ name }) => name.value === 'vaulted')) {
    broken.push(`${coordinate}: a vaulted field must also be @Personal`);
  }
  return broken;
}

function checkTagged(coordinate: string, node: Described): string[] {
  return [...checkDescription(coordinate, node), ...checkAudience(coordinate, node)];
}

function checkDescription(coordinate: string, node: Described): string[] {
  return (node.description?.value.trim() ?? '') === '' ? [`${coordinate}: has no description`] : [];
}

function checkAudience(coordinate: string, node: Described): string[] {
  const tags = tagsOf(node);
  if (tags.length === 0) return [`${coordinate}: has no audience`];
  const unknown = tags.filter((tag) => audienceOfTag(tag) === null);
  return unknown.map((tag) => `${coordinate}: tag "${tag}" is no audience`);
}

export function tagsOf(node: Described): string[] {
  return (node.directives ?? []).flatMap((directive) => {
    const value = directive.arguments?.find(({ name }) => name.value === 'name')?.value;
    return directive.name.value === 'tag' && value?.kind === Kind.STRING ? [value.value] : [];
  });
}
