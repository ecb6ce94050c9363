import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Cluster, startCluster } from '../../../deploy/demo/cluster.ts';
import { LoopbackPrefixes } from '../../../deploy/demo/loopback.ts';
import { createMesh, MESH } from '../../../deploy/demo/mesh.ts';
import { freePorts } from '../../../deploy/demo/ports.ts';
import { startProxy } from '../../../deploy/demo/proxy.ts';
import { Tokens } from '../../../deploy/demo/tokens.ts';
import { startIngress } from '../../../deploy/demo/zoneProxy.ts';
import type { Zone } from '../../../deploy/demo/zone.ts';
import { benchGround } from '../benchGround.ts';
import { Poller } from '../poller.ts';
import type { Progress } from '../progress.ts';
import type { Row } from '../report.ts';
import type { StandaloneRow } from '../row.ts';

const TIMEOUT = 60_000;
const WARM_UP = 2;
const PAUSE_MS = 5;

/** One new service; milliseconds since its `meridian dp` was started, undefined: not within the time. */
interface Round {
  readonly registered: number;
  readonly serving: number;
  readonly reached: number | undefined;
}

/**
 * Two zones with ingresses and mTLS. In zone-2 a service that did not exist before gets its first instance, with a real Envoy; a
 * sidecar in zone-1, also real, asks for it all the time.
 */
export async function measureCrossZone({ rounds }: { readonly rounds: number }, progress: Progress): Promise<Row[]> {
  const { ground, stop } = benchGround({ envoy: true }, progress);
  const app = createServer((_, response) => response.end('here'));
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
  const { port: appPort } = app.address() as AddressInfo;
  try {
    progress.say('starting two zones with ingresses');
    const cluster = await startCluster(ground, { zones: ['zone-1', 'zone-2'], dpAuth: 'none' }, () => {});
    await createMesh(cluster.api);
    const deps = { ground, tokens: new Tokens(cluster.api), prefixes: new LoopbackPrefixes(cluster.vipPort) };
    for (const zone of cluster.zones) await startIngress(deps, zone);
    const ports = await freePorts(WARM_UP + rounds);
    await startCaller(cluster, ports);
    progress.begin('new services in the other zone', WARM_UP + rounds);
    const seen: Round[] = [];
    for (const [index, port] of ports.entries()) {
      seen.push(await newService(cluster, { index, port, appPort }));
      progress.step();
    }
    progress.end();
    return rowsOf(seen.slice(WARM_UP));
  } finally {
    app.close();
    app.closeAllConnections();
    await stop();
  }
}

const serviceOf = (index: number) => `service-${index}`;
const inboundTags = (service: string) => ({ 'kuma.io/service': service, 'kuma.io/protocol': 'http' });

/** It has an outbound for each of the services to come. */
async function startCaller({ ground, zones: [zone] }: Cluster, ports: readonly number[]): Promise<void> {
  const [port = 0, servicePort = 0] = await freePorts(2);
  const inbound = [{ port, servicePort, tags: inboundTags('caller') }];
  const outbound = ports.map((at, i) => ({ port: at, tags: { 'kuma.io/service': serviceOf(i) } }));
  await startProxy(ground, {
    name: 'caller sidecar',
    ads: zone?.ads ?? '',
    token: '',
    resource: {
      type: 'Dataplane',
      mesh: MESH,
      name: 'caller',
      networking: { address: '127.0.0.1', inbound, outbound },
    },
    proxyType: 'dataplane',
    dnsPort: 0,
  });
}

interface NewService {
  readonly index: number;
  /** Where the caller's Envoy takes requests to it. */
  readonly port: number;
  readonly appPort: number;
}

async function newService({ ground, zones: [, zone] }: Cluster, { index, port, appPort }: NewService): Promise<Round> {
  const name = serviceOf(index);
  const [inboundPort = 0] = await freePorts(1);
  const inbound = [{ port: inboundPort, servicePort: appPort, tags: inboundTags(name) }];
  const poller = new Poller({ host: '127.0.0.1', port, authority: name, pause: PAUSE_MS });
  const waiting = poller.until('HTTP/1.1 200', TIMEOUT);
  const start = performance.now();
  const starting = startProxy(ground, {
    name: `${name} sidecar`,
    ads: zone?.ads ?? '',
    token: '',
    resource: { type: 'Dataplane', mesh: MESH, name, networking: { address: '127.0.0.1', inbound } },
    proxyType: 'dataplane',
    dnsPort: 0,
  }).then((child) => ({ child, at: performance.now() }));
  const registered = await whenRegistered(zone as Zone, name);
  const [{ child, at: serving }, reached] = await Promise.all([starting, waiting]);
  poller.stop();
  await child.crash();
  // What its end sets off is not the next one's time.
  await sleep(1_500);
  return {
    registered: registered - start,
    serving: serving - start,
    reached: reached === undefined ? undefined : reached - start,
  };
}

/** Its Dataplane came with the ADS stream of its Envoy, and is shown by the zone once that stream was admitted. */
async function whenRegistered(zone: Zone, name: string): Promise<number> {
  const deadline = performance.now() + TIMEOUT;
  for (;;) {
    const { status } = await fetch(`${zone.controlPlane.url}/meshes/${MESH}/dataplanes/${name}`);
    const now = performance.now();
    if (status === 200) return now;
    if (now > deadline) throw new Error(`${name} was not registered in ${zone.name} within ${TIMEOUT / 1_000} s`);
    await sleep(2);
  }
}

function rowsOf(rounds: readonly Round[]): Row[] {
  const row = (what: string, note: string, durations: readonly (number | undefined)[]): Row => ({
    what,
    samples: {
      durations: durations.filter((value) => value !== undefined),
      answers: [],
      missing: durations.filter((value) => value === undefined).length,
      needless: 0,
    },
    note,
  });
  const until = 'until a request through the Envoy of a caller in zone-1 is answered by the app behind it';
  return [
    row(
      'a new service in zone-2, reached from zone-1',
      `from when zone-2 shows its Dataplane (the ADS stream of its sidecar is admitted; asked every 2 ms), through Envoy's first configuration, ${until} by way of the ingress of zone-2; asked every ${PAUSE_MS} ms`,
      rounds.map(({ registered, reached }) => (reached === undefined ? undefined : reached - registered)),
    ),
    row(
      'of that, after its own Envoy was ready',
      'as `meridian dp` says, which asks Envoy every 20 ms; below 0 is shown as 0',
      rounds.map(({ serving, reached }) => (reached === undefined ? undefined : Math.max(0, reached - serving))),
    ),
    row(
      'the same from starting `meridian dp`',
      until,
      rounds.map(({ reached }) => reached),
    ),
  ];
}

export const standaloneRow: StandaloneRow = {
  name: 'cross-zone',
  measure: ({ rounds }, progress) => measureCrossZone({ rounds }, progress),
};
