import { freePorts } from '../../deploy/process/ports.ts';

/** A Dataplane of the service `web` whose metrics are shown on a port of its own. */
export async function scrapedDataplane(): Promise<{ readonly dataplane: object; readonly metricsPort: number }> {
  const [port, metricsPort] = (await freePorts(2)) as [number, number];
  const dataplane = {
    type: 'Dataplane',
    mesh: 'default',
    name: 'web-1',
    networking: { address: '127.0.0.1', inbound: [{ port, tags: { 'kuma.io/service': 'web' } }] },
    metrics: { type: 'prometheus', conf: { port: metricsPort } },
  };
  return { dataplane, metricsPort };
}
