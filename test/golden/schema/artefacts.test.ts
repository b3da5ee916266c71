/** The committed subgraphs and contracts are what the rooms would generate now. `npm run compose` rewrites them. */
import { firstDifference, makeArtefacts } from '../../../schema/artefacts';
import { roomSubgraphs } from '../../../compose';
import { ROOMS_WITHOUT_DOOR } from '../../schema/rooms';

const claim = 'are in sync with the rooms';

describe('the committed schema files', () => {
  if (ROOMS_WITHOUT_DOOR.length > 0) {
    it.skip(`${claim} (not checked: no door yet in ${ROOMS_WITHOUT_DOOR.join(', ')})`, () => undefined);
    return;
  }

  it(claim, () => {
    expect(firstDifference(makeArtefacts(roomSubgraphs()))).toBeNull();
  });
});
