import { hostname } from 'node:os';
import type { ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';
import type { OwnCertificate } from '../../runtime/certificate/keepCertificates.ts';
import { caCertificates } from '../identity/caCertificates.ts';
import { type ServedCertificate, servedCertificate } from '../identity/servedCertificate.ts';
import { zoneCa } from '../identity/zoneCa.ts';
import { bootstrapHandler } from './bootstrapHandler.ts';
import { type DpServer, startDpServer } from './dpServer.ts';

type Options = {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Folder that keeps the CA of the port's certificate. */
  readonly keysDir: string;
  readonly services: readonly (readonly [ServiceDefinition, UntypedServiceImplementation])[];
  readonly bootstrap: Omit<Parameters<typeof bootstrapHandler>[0], 'trusted' | 'certificatePem' | 'host' | 'now'>;
  /** A connection was accepted. */
  readonly onConnection: () => void;
  readonly now: () => Date;
};

/** The port that proxies come to, with the certificate that it shows. */
interface DpPort extends Pick<DpServer, 'port' | 'close'> {
  /** `host:port` for proxies. */
  readonly address: string;
  readonly trusted: ServedCertificate['trusted'];
  /** What the port shows, and its CA: to be renewed. */
  readonly certificates: readonly OwnCertificate[];
}

/** Opens it, with discovery, health and bootstrap behind it. @throws Error when the port is taken */
export async function openDpPort({
  host,
  port,
  keysDir,
  services,
  bootstrap,
  onConnection,
  now,
}: Options): Promise<DpPort> {
  const dialled = dialledHost(host);
  const served = await servedCertificate({
    name: 'dp-server',
    ca: () => zoneCa(keysDir, 'dp-server', now()),
    hosts: [...new Set([hostname(), 'localhost', '127.0.0.1', '::1', dialled])],
    now,
    use: (next) => server.use(next),
  });
  const { certificate, trusted } = served;
  const http = bootstrapHandler({
    ...bootstrap,
    trusted,
    certificatePem: certificate.certificatePem,
    host: dialled,
    now,
  });
  const server = await startDpServer({ host, port, ...certificate, services, http, onConnection });
  return {
    port: server.port,
    close: () => server.close(),
    address: `${dialled}:${server.port}`,
    trusted,
    certificates: [served, ...caCertificates(keysDir, 'dp-server')],
  };
}

/** Proxies cannot dial "all addresses". */
function dialledHost(host: string): string {
  return host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
}
