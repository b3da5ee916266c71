/**
 * Puts the release gate in front of every field declared @personal, once, when a room opens. A resolver cannot forget it,
 * and a personal field on a type that does not say whose data it is refuses to open.
 */
import { defaultFieldResolver, isObjectType, type GraphQLFieldResolver, type GraphQLSchema } from 'graphql';
import { personalOf, type PersonalMark } from '../../schema/personal';
import type { RoomContext } from '../context';
import { HubError } from '../errors';
import type { Right, Subject } from '../rights/right';

/** Every object with personal fields carries whose data it is; the property is never a field of the schema. */
export interface AboutSubject {
  readonly subject: Subject;
}

function gated(resolve: GraphQLFieldResolver<AboutSubject, RoomContext>, mark: PersonalMark, coordinate: string): GraphQLFieldResolver<AboutSubject, RoomContext> {
  return (source, args, context, info) => {
    const subject = (source as Partial<AboutSubject>).subject;
    if (subject === undefined) throw new HubError('INTERNAL', `${coordinate} is personal, but its object does not say whose data it is.`);
    const { release } = context;
    const resolveUnder = (right: Right): unknown => {
      const noted = (value: unknown): unknown => {
        release.note(subject, right, { category: mark.category, coordinate, path: info.path });
        return value;
      };
      const value: unknown = resolve(source, args, context, info);
      return value instanceof Promise ? value.then(noted) : noted(value);
    };
    const right = release.permit(subject, mark.category);
    return right instanceof Promise ? right.then(resolveUnder) : resolveUnder(right);
  };
}

/** Changes the schema in place: it belongs to the room that is opening. */
export function gatePersonalFields(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const mark = personalOf(field);
      if (mark === null) continue;
      field.resolve = gated((field.resolve ?? defaultFieldResolver) as GraphQLFieldResolver<AboutSubject, RoomContext>, mark, `${type.name}.${field.name}`) as GraphQLFieldResolver<unknown, unknown>;
    }
  }
}
