import { createServer } from './nodeHttp.ts';
import type { AddressInfo } from 'node:net';
import type { DiagnosticsConfig } from '../shared/config/diagnosticsSettings.ts';
import { portTaken } from '../shared/config/portTaken.ts';
import { envName } from '../shared/config/settings.ts';
import { type Diagnosis, diagnose } from '../shared/diagnostics/diagnose.ts';
import { splitUrl } from '../shared/rest/splitUrl.ts';

/** `/healthy`, `/ready` and `/metrics` of a control plane, listening. */
interface Diagnostics {
  readonly url: string;
  close(): void;
}

/** @param prefix of the environment variables, so that an error can name the one at fault. @throws WrongSetting */
export async function serveDiagnostics(
  diagnosis: Diagnosis,
  { 'diagnostics.host': host, 'diagnostics.port': port }: DiagnosticsConfig,
  prefix: string,
): Promise<Diagnostics> {
  let scrape: Promise<string> | undefined;
  // Whoever asks meanwhile gets the same: making the text asks the nats-server, and takes all of the thread for a while.
  const metrics = () => {
    scrape ??= diagnosis.metrics().finally(() => {
      scrape = undefined;
    });
    return scrape;
  };
  const server = createServer((request, response) => {
    diagnose(splitUrl(request.url ?? '/').path, { ...diagnosis, metrics }).then(
      ({ status, contentType, body }) => response.writeHead(status, { 'content-type': contentType }).end(body),
      (error: Error) => response.writeHead(500).end(`${error.message}\n`),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(portTaken(error, envName(prefix, 'diagnostics.port'))));
    server.listen(port, host, resolve);
  });
  const { address, port: bound } = server.address() as AddressInfo;
  return {
    url: `http://${address}:${bound}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
