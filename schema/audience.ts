/**
 * Says for which audiences a part of the schema exists. Deny by default: what carries no audience is refused when the
 * schema is built. A class-level audience never widens its fields: object fields name their own.
 */
import { Directive, Extensions } from 'type-graphql';
import { AUDIENCES, type Audience as AudienceName } from './vocabulary';

export type AudienceList = readonly [AudienceName, ...AudienceName[]];

/** For what is part of every contract, such as `PageInfo`. Spell audiences out everywhere else. */
export const EVERY_AUDIENCE: AudienceList = ['INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER'];

/** The federation tag of an audience; contracts are composed by these. */
export function tagOf(audience: AudienceName): string {
  return audience.toLowerCase();
}

export function audienceOfTag(tag: string): AudienceName | null {
  return AUDIENCES.find((audience) => tagOf(audience) === tag) ?? null;
}

type SchemaDecorator = (target: object, key?: string | symbol, place?: number | PropertyDescriptor) => void;

/**
 * On a field, root field or argument: prints `@tag`s. On a class: the bound its fields may not exceed; the fields of an
 * input class take it over, since an input holds nothing to disclose. An argument without its own takes its field's.
 *
 * A class-level audience is never printed as a tag on an object type: composition lets a type's tag flow into all its
 * fields, so one tag on `Borrower` would publish every field of it.
 */
export function Audience(...audiences: AudienceList): SchemaDecorator {
  return (target, key, place) => {
    if (key === undefined) {
      Extensions({ audiences })(target as never);
      return;
    }
    for (const audience of audiences) {
      const tag: SchemaDecorator = Directive(`@tag(name: "${tagOf(audience)}")`);
      tag(target, key, place);
    }
  };
}
