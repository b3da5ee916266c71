/** Every control, in the order of their ids' groups. */
import type { Control } from './control';
import { DISCLOSURE_CONTROLS } from './disclosure.controls';
import { ERASURE_CONTROLS } from './erasure.controls';
import { EXPORT_CONTROLS } from './export.controls';
import { LEDGER_CONTROLS } from './ledger.controls';
import { PLACEMENT_CONTROLS } from './placement.controls';
import { RECALL_CONTROLS } from './recall.controls';
import { SEPARATION_CONTROLS } from './separation.controls';
import { TIME_CONTROLS } from './time.controls';
import { TOKEN_CONTROLS } from './token.controls';
import { TRANSPORT_CONTROLS } from './transport.controls';

export const CONTROLS: readonly Control[] = [
  ...DISCLOSURE_CONTROLS,
  ...PLACEMENT_CONTROLS,
  ...RECALL_CONTROLS,
  ...SEPARATION_CONTROLS,
  ...LEDGER_CONTROLS,
  ...EXPORT_CONTROLS,
  ...ERASURE_CONTROLS,
  ...TIME_CONTROLS,
  ...TOKEN_CONTROLS,
  ...TRANSPORT_CONTROLS,
];
