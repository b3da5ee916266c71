/**
 * Statements of a migration after which a room follows the ledger from its first entry again: when it begins to follow
 * events that may already lie behind it. Until it has caught up it is behind, and gates and releases refuse.
 */
export function followAgain(...ownStanding: readonly string[]): string[] {
  return [
    `truncate ${['standing_right', 'standing_engagement', 'standing_person', ...ownStanding].join(', ')}`,
    `update follower set next_index = 0, changed_index = -1, leaf_hash = decode(repeat('00', 32), 'hex'), frontier = '', vkey = null, confirmed_at = 'epoch'`,
  ];
}
