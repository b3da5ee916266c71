/** Sends the scenario's commands straight into the rooms that own them, as any actor; each stands on what the ones before did. */
import type { Actor } from '../../kernel/actor';
import type { RoomName } from '../../schema/vocabulary';
import type { Commander } from './scenario';
import type { TestRooms } from './test-rooms';

const ROOM_OF: readonly (readonly [RegExp, RoomName])[] = [
  [/\b(registerAgency|recordLicence|\w+Engagement|attestSecurity)\(/, 'agencies'],
  [/\b(signAgreement|terminateAgreement|\w+StaffAuthority|\w+SupervisionMandate)\(/, 'creditors'],
  [/\b(registerBorrower|eraseBorrower|\w+LegalHold)\(/, 'borrowers'],
];

export class RoomCommanders {
  /** The highest ledger index any of them has seen. */
  seen = -1;

  constructor(private readonly rooms: TestRooms) {}

  as(actor: Actor): Commander {
    return {
      data: async <T>(document: string, variables: Record<string, unknown> = {}): Promise<T> => {
        const room = ROOM_OF.find(([pattern]) => pattern.test(document))?.[1] ?? 'debts';
        const answer = await this.rooms.execute(room, { ...actor, purpose: actor.purpose ?? 'SERVICING' }, document, variables, this.seen);
        this.seen = Math.max(this.seen, answer.ledgerIndex);
        if (answer.errors !== undefined || answer.data === null) throw new Error(JSON.stringify(answer.errors));
        return answer.data as T;
      },
    };
  }
}
