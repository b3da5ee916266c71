/** Older copies of rooms restored under a hub in many processes. */
import { roomRestores } from './room-restores';

describe('a hub in many processes whose rooms were restored (fault: an older copy of a room is restored, persisted)', () => roomRestores('many processes'));
