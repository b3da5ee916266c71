/** Follows which agencies exist, so that an agreement can be refused with an agency nobody registered. Keeps ids only. */
import { FollowerMismatch } from '../../kernel/follower/followed-event';
import type { FollowHandler, Following } from '../../kernel/follower/follower';

const knowAgency: FollowHandler = async (client, event) => {
  const agencyId = event.hidden['agencyId'];
  if (typeof agencyId !== 'string') throw new FollowerMismatch(`entry ${event.index}: ${event.type} lacks agencyId`);
  await client.query('insert into standing_agency (id) values ($1) on conflict (id) do nothing', [agencyId]);
};

export const AGENCY_FOLLOWING: ReadonlyMap<string, readonly Following[]> = new Map([['agencies.AgencyRegistered', [{ versions: [1], handler: knowAgency }]]]);
