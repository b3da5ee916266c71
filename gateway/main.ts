/** Runs the gateway alone, over rooms in other processes, until it is told to stop. */
import { disableTelemetry, loadConfig } from '../kernel/config';
import { openDiagnostics } from '../kernel/diagnostics';
import { runProcess } from '../kernel/run-process';
import { openRemoteGateway } from './remote-gateway';

disableTelemetry();

void runProcess(async () => {
  const config = loadConfig();
  const diagnostics = openDiagnostics(config.logLevel).child({ process: 'gateway' });
  const gateway = await openRemoteGateway(config, diagnostics);
  diagnostics.info({ url: gateway.url }, 'the gateway serves');
  return gateway;
});
