/**
 * What composition itself does not catch: rooms that disagree on who may see one field, data derived from hidden
 * fields, and enum values or union members an audience would be sent but could not read. Finds; repairs nothing.
 */
import {
  Kind,
  parse,
  print,
  visit,
  type DocumentNode,
  type EnumTypeDefinitionNode,
  type FieldDefinitionNode,
  type InterfaceTypeDefinitionNode,
  type ObjectTypeDefinitionNode,
  type SelectionSetNode,
  type TypeNode,
} from 'graphql';
import { tagsOf } from './schema-lint';

interface NamedSubgraph {
  readonly name: string;
  readonly typeDefs: DocumentNode;
}

type FieldedType = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode;

interface FieldPlace {
  readonly subgraph: string;
  readonly field: FieldDefinitionNode;
  /** The room only refers to the entity by its key, and defers to the rooms that resolve it. */
  readonly isStub: boolean;
}

/**
 * Composition unites tags, so a room with a wider copy of a field would publish it for everyone. Rooms that resolve a
 * field must say the same of it; a stub may say less, never more.
 */
export function findDisagreements(subgraphs: readonly NamedSubgraph[]): string[] {
  const problems: string[] = [];
  for (const [coordinate, places] of placesOf(subgraphs)) {
    const owners = places.filter(({ isStub }) => !isStub);
    const [first] = owners;
    if (first === undefined) continue;
    for (const other of owners) {
      if (markOf(other.field) !== markOf(first.field)) {
        problems.push(`${coordinate}: ${first.subgraph} and ${other.subgraph} declare different audiences or personal data`);
      }
    }
    const known = tagsOf(first.field);
    for (const stub of places.filter(({ isStub }) => isStub)) {
      const wider = tagsOf(stub.field).filter((tag) => !known.includes(tag));
      if (wider.length > 0) problems.push(`${coordinate}: the stub in ${stub.subgraph} would open it to ${wider.join(', ')}, beyond ${first.subgraph}`);
    }
  }
  return problems;
}

/** `api` is the contract as its clients see it. */
export function findContractLeaks(subgraphs: readonly NamedSubgraph[], api: DocumentNode, tag: string): string[] {
  return [...findDerivedLeaks(subgraphs, tag), ...findLostEnumValues(subgraphs, api)];
}

/** A contract hides names, not values: a visible field computed by `@requires` from a hidden one serves its content. */
function findDerivedLeaks(subgraphs: readonly NamedSubgraph[], tag: string): string[] {
  const places = placesOf(subgraphs);
  const isHidden = (coordinate: string): boolean => {
    const owners = (places.get(coordinate) ?? []).filter(({ field }) => !isExternal(field));
    return owners.length > 0 && !owners.some(({ field }) => tagsOf(field).includes(tag));
  };
  const problems: string[] = [];
  for (const { name, typeDefs } of subgraphs) {
    const types = fieldedTypes(typeDefs);
    for (const type of types.values()) {
      for (const field of type.fields ?? []) {
        const selection = requiredSelection(field);
        if (selection === null || !tagsOf(field).includes(tag)) continue;
        for (const needed of coordinatesIn(selection, type.name.value, types)) {
          if (isHidden(needed)) problems.push(`${type.name.value}.${field.name.value}: ${name} derives it from ${needed}, which this audience may not see`);
        }
      }
    }
  }
  return problems;
}

/**
 * A gateway turns an enum value it does not know into null without an error, so a row holding one would vanish silently.
 * What an audience may only give, never receive, may lack values.
 */
function findLostEnumValues(subgraphs: readonly NamedSubgraph[], api: DocumentNode): string[] {
  const shown = new Map<string, ReadonlySet<string>>();
  for (const definition of api.definitions) {
    if (definition.kind === Kind.ENUM_TYPE_DEFINITION) shown.set(definition.name.value, valuesOf(definition));
  }
  const answered = outputTypeNames(api);
  const problems: string[] = [];
  for (const { name, typeDefs } of subgraphs) {
    for (const definition of typeDefs.definitions) {
      if (definition.kind !== Kind.ENUM_TYPE_DEFINITION || !answered.has(definition.name.value)) continue;
      const visible = shown.get(definition.name.value) ?? new Set();
      for (const value of valuesOf(definition)) {
        if (!visible.has(value)) problems.push(`${definition.name.value}.${value}: ${name} can answer it to an audience whose contract lacks it`);
      }
    }
  }
  return problems;
}

/**
 * The same for members of a union. An interface is not checked: `node` answers null on purpose for the types an audience
 * does not have.
 */
export function findLostMembers(api: DocumentNode): string[] {
  const known = new Set(api.definitions.flatMap((definition) => (definition.kind === Kind.OBJECT_TYPE_DEFINITION ? [definition.name.value] : [])));
  return api.definitions.flatMap((definition) => {
    if (definition.kind !== Kind.UNION_TYPE_DEFINITION) return [];
    const lost = (definition.types ?? []).filter(({ name }) => !known.has(name.value));
    return lost.map(({ name }) => `${definition.name.value}: the union is open to an audience that has no ${name.value}`);
  });
}

function placesOf(subgraphs: readonly NamedSubgraph[]): Map<string, FieldPlace[]> {
  const places = new Map<string, FieldPlace[]>();
  for (const { name, typeDefs } of subgraphs) {
    for (const type of fieldedTypes(typeDefs).values()) {
      for (const field of type.fields ?? []) {
        const coordinate = `${type.name.value}.${field.name.value}`;
        const place = { subgraph: name, field, isStub: isStub(type) || isExternal(field) };
        places.set(coordinate, [...(places.get(coordinate) ?? []), place]);
      }
    }
  }
  return places;
}

function fieldedTypes(typeDefs: DocumentNode): Map<string, FieldedType> {
  const types = new Map<string, FieldedType>();
  for (const definition of typeDefs.definitions) {
    if (definition.kind === Kind.OBJECT_TYPE_DEFINITION || definition.kind === Kind.INTERFACE_TYPE_DEFINITION) {
      types.set(definition.name.value, definition);
    }
  }
  return types;
}

function isStub(type: FieldedType): boolean {
  const keys = (type.directives ?? []).filter(({ name }) => name.value === 'key');
  return keys.length > 0 && keys.every((key) => key.arguments?.some(({ name, value }) => name.value === 'resolvable' && value.kind === Kind.BOOLEAN && !value.value));
}

function isExternal(field: FieldDefinitionNode): boolean {
  return (field.directives ?? []).some(({ name }) => name.value === 'external');
}

/** Audiences and guards of a field as one comparable text. */
function markOf(field: FieldDefinitionNode): string {
  const guards = (field.directives ?? []).filter(({ name }) => name.value === 'personal' || name.value === 'vaulted');
  return [...tagsOf(field).sort(), ...guards.map(print).sort()].join(' ');
}

function requiredSelection(field: FieldDefinitionNode): SelectionSetNode | null {
  const directive = (field.directives ?? []).find(({ name }) => name.value === 'requires');
  const value = directive?.arguments?.find(({ name }) => name.value === 'fields')?.value;
  if (value?.kind !== Kind.STRING) return null;
  const [operation] = parse(`{ ${value.value} }`).definitions;
  return operation?.kind === Kind.OPERATION_DEFINITION ? operation.selectionSet : null;
}

function coordinatesIn(selection: SelectionSetNode, typeName: string, types: ReadonlyMap<string, FieldedType>): string[] {
  return selection.selections.flatMap((node): string[] => {
    if (node.kind === Kind.INLINE_FRAGMENT) return coordinatesIn(node.selectionSet, node.typeCondition?.name.value ?? typeName, types);
    if (node.kind === Kind.FRAGMENT_SPREAD) return [];
    const field = types.get(typeName)?.fields?.find(({ name }) => name.value === node.name.value);
    const nested = node.selectionSet === undefined || field === undefined ? [] : coordinatesIn(node.selectionSet, namedType(field.type), types);
    return [`${typeName}.${node.name.value}`, ...nested];
  });
}

function outputTypeNames(api: DocumentNode): Set<string> {
  const names = new Set<string>();
  visit(api, { FieldDefinition: (field) => void names.add(namedType(field.type)) });
  return names;
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}

function valuesOf(definition: EnumTypeDefinitionNode): Set<string> {
  return new Set((definition.values ?? []).map(({ name }) => name.value));
}
