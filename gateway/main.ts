/** Runs the gateway alone, over rooms in other processes, until it is told to stop. */
import { ConfigError, loadConfig } from '../kernel/config';
import { openDiagnostics } from '../kernel/diagnostics';
import { StartError } from '../kernel/start-error';
import { openRemoteGateway } from './remote-gateway';

async function main(): Promise<void> {
  const config = loadConfig();
  const diagnostics = openDiagnostics(config.logLevel).child({ process: 'gateway' });
  const gateway = await openRemoteGateway(config, diagnostics);
  diagnostics.info({ url: gateway.url }, 'the gateway serves');
  const stop = (signal: NodeJS.Signals) => {
    diagnostics.info({ signal }, 'the gateway stops');
    void gateway.stop().then(() => process.exit(0));
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
}

main().catch((error: unknown) => {
  const known = error instanceof ConfigError || error instanceof StartError;
  process.stderr.write(known ? `${error.message}\n` : `The gateway could not start: ${error instanceof Error ? (error.stack ?? error.name) : 'unknown error'}\n`);
  process.exit(1);
});
