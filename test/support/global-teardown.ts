/** Stops what global-setup.ts started and removes its folder: a test run leaves nothing behind. */
import { endRun } from './test-run';

export default async function stopTestServer(): Promise<void> {
  await endRun();
}
