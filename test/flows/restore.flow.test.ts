/** Older copies of rooms restored under a hub in one process. */
import { roomRestores } from './room-restores';

describe('a hub in one process whose rooms were restored (fault: an older copy of a room is restored, persisted)', () => roomRestores('one process'));
