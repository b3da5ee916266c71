/**
 * Registers an enum with its audiences: TypeGraphQL has no directives on enums, and contracts need them there.
 * Refuses two different enums of one GraphQL name, since in one process both would print the later one's audiences.
 */
import { registerEnumType } from 'type-graphql';
import type { AudienceList } from './audience';

interface EnumValue {
  readonly description: string;
  /** Narrower than the enum's own. A value an audience lacks must never be in a row it can read. */
  readonly audiences?: AudienceList;
}

export interface EnumDeclaration<E extends object> {
  readonly name: string;
  readonly description: string;
  readonly audiences: AudienceList;
  readonly values: { readonly [K in keyof E]: string | EnumValue };
}

export interface EnumAudiences {
  readonly values: Readonly<Record<string, AudienceList>>;
}

const declared = new Map<string, EnumAudiences>();

/** `values` gives each value's description, or a description with audiences of its own. */
export function declareEnum<E extends object>(enumObject: E, declaration: EnumDeclaration<E>): E {
  const { name, description, audiences, values } = declaration;
  const entries = Object.entries<string | EnumValue>(values).map(
    ([key, value]): [string, EnumValue] => [key, typeof value === 'string' ? { description: value } : value],
  );
  const marks: EnumAudiences = {
    values: Object.fromEntries(entries.map(([key, value]): [string, AudienceList] => [key, value.audiences ?? audiences])),
  };
  const earlier = declared.get(name);
  if (earlier !== undefined && JSON.stringify(earlier) !== JSON.stringify(marks)) {
    throw new Error(`enum ${name} is declared twice, with different values or audiences`);
  }
  declared.set(name, marks);
  registerEnumType(enumObject, {
    name,
    description,
    valuesConfig: Object.fromEntries(entries.map(([key, value]) => [key, { description: value.description }])) as never,
  });
  return enumObject;
}

export function enumAudiences(name: string): EnumAudiences | undefined {
  return declared.get(name);
}
