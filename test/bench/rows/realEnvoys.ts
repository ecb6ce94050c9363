import { setTimeout as sleep } from 'node:timers/promises';
import type { Child } from '../../../deploy/demo/child.ts';
import { type Cluster, startCluster } from '../../../deploy/demo/cluster.ts';
import { MESH, type RestBody } from '../../../deploy/demo/mesh.ts';
import { freePorts } from '../../../deploy/demo/ports.ts';
import { startProxy } from '../../../deploy/demo/proxy.ts';
import { benchGround } from '../benchGround.ts';
import { Poller } from '../poller.ts';
import type { Progress } from '../progress.ts';
import type { Row } from '../report.ts';
import type { StandaloneRow } from '../row.ts';

export interface EnvoysOptions {
  readonly envoys: number;
  /** Changes of the policy, and restarts of a sidecar. */
  readonly rounds: number;
}

const SERVICE = 'echo';
const TIMEOUT = 30_000;
const WARM_UP = 3;
const PAUSE_MS = 5;

/** A caller of the service with its own Envoy. */
interface Caller {
  readonly resource: RestBody;
  /** Where its Envoy takes requests to the service. */
  readonly port: number;
  child: Child;
}

/**
 * Real Envoys under `meridian dp`, each a caller of one service, on one zone. A MeshHTTPRoute for all of them redirects to another host
 * with each round, which the callers' Envoys answer themselves: seen by requests through each of them, not by what was pushed.
 */
export async function measureEnvoys({ envoys, rounds }: EnvoysOptions, progress: Progress): Promise<Row[]> {
  const { ground, stop } = benchGround({ envoy: true }, progress);
  try {
    progress.say('starting the control planes');
    const cluster = await startCluster(ground, { zones: ['zone-1'], dpAuth: 'none' }, () => {});
    await startOffering(cluster);
    progress.begin('starting Envoys', envoys);
    const callers: Caller[] = [];
    for (let i = 0; i < envoys; i++) {
      callers.push(await startCaller(cluster, i));
      progress.step();
    }
    const rows = [
      await policyRow(cluster, callers, rounds, progress),
      await restartRow(cluster, callers, rounds, progress),
    ];
    progress.end();
    return rows;
  } finally {
    await stop();
  }
}

/** The service needs somebody who offers it, so that it is known to be HTTP. No request gets there. */
async function startOffering(cluster: Cluster): Promise<void> {
  const [port = 0, servicePort = 0] = await freePorts(2);
  const inbound = { port, servicePort, tags: { 'kuma.io/service': SERVICE, 'kuma.io/protocol': 'http' } };
  const networking = { address: '127.0.0.1', inbound: [inbound] };
  await proxyOf(cluster, { type: 'Dataplane', mesh: MESH, name: SERVICE, networking });
}

async function startCaller(cluster: Cluster, index: number): Promise<Caller> {
  const [inboundPort = 0, servicePort = 0, port = 0] = await freePorts(3);
  const name = `caller-${index}`;
  const resource = {
    type: 'Dataplane',
    mesh: MESH,
    name,
    networking: {
      address: '127.0.0.1',
      inbound: [{ port: inboundPort, servicePort, tags: { 'kuma.io/service': name, 'kuma.io/protocol': 'http' } }],
      outbound: [{ port, tags: { 'kuma.io/service': SERVICE } }],
    },
  };
  return { resource, port, child: await proxyOf(cluster, resource) };
}

function proxyOf({ ground, zones: [zone] }: Cluster, resource: RestBody): Promise<Child> {
  const name = `${resource.name} sidecar`;
  return startProxy(ground, { name, ads: zone?.ads ?? '', token: '', resource, proxyType: 'dataplane', dnsPort: 0 });
}

function pollerOf({ port }: Caller): Poller {
  return new Poller({ host: '127.0.0.1', port, authority: SERVICE, pause: PAUSE_MS });
}

const hostOf = (round: number) => `round-${1_000 + round}.example`;

/** @returns milliseconds until the answer, and when it was sent */
async function redirectTo({ api }: Cluster, hostname: string): Promise<{ start: number; answered: number }> {
  const filters = [{ type: 'RequestRedirect', requestRedirect: { hostname, statusCode: 302 } }];
  const rules = [{ matches: [{ path: { type: 'PathPrefix', value: '/' } }], default: { filters } }];
  const spec = { targetRef: { kind: 'Mesh' }, to: [{ targetRef: { kind: 'MeshService', name: SERVICE }, rules }] };
  const start = performance.now();
  await api.send('PUT', `/meshes/${MESH}/meshhttproutes/redirect`, {
    body: { type: 'MeshHTTPRoute', mesh: MESH, name: 'redirect', spec },
  });
  return { start, answered: performance.now() - start };
}

async function policyRow(
  cluster: Cluster,
  callers: readonly Caller[],
  rounds: number,
  progress: Progress,
): Promise<Row> {
  const samples = { durations: [] as number[], answers: [] as number[], missing: 0, needless: 0 };
  progress.begin('a policy for all of them', WARM_UP + rounds);
  await redirectTo(cluster, hostOf(0));
  const pollers = callers.map(pollerOf);
  await Promise.all(pollers.map((poller) => poller.until(hostOf(0), TIMEOUT)));
  const before = failures(pollers);
  for (let round = 1; round <= WARM_UP + rounds; round++) {
    await sleep(200);
    const waiting = pollers.map((poller) => poller.until(hostOf(round), TIMEOUT));
    const { start, answered } = await redirectTo(cluster, hostOf(round));
    const seen = await Promise.all(waiting);
    progress.step();
    if (round <= WARM_UP) continue;
    samples.answers.push(answered);
    for (const at of seen) {
      if (at === undefined) samples.missing++;
      else samples.durations.push(at - start);
    }
  }
  const [failed, requests] = [failures(pollers) - before, pollers.reduce((sum, { answered }) => sum + answered, 0)];
  for (const poller of pollers) poller.stop();
  return {
    what: `a mesh-wide policy, ${callers.length} real Envoys`,
    samples,
    note:
      'from sending the PUT to global until the first answer to a request through each Envoy that shows it; a request through ' +
      `each every ${PAUSE_MS} ms; ${failed} of ${requests.toLocaleString('en')} requests failed`,
  };
}

const failures = (pollers: readonly Poller[]) => pollers.reduce((sum, { failed }) => sum + failed, 0);

/** Envoy and `meridian dp` are killed and started again under the same name. */
async function restartRow(
  cluster: Cluster,
  callers: readonly Caller[],
  rounds: number,
  progress: Progress,
): Promise<Row> {
  const samples = { durations: [] as number[], answers: [], missing: 0, needless: 0 };
  progress.begin('restarts of a sidecar', rounds);
  // Once in order, so that Node keeps what it compiled, as after any start before.
  const [first] = callers;
  await first?.child.stop();
  if (first) first.child = await proxyOf(cluster, first.resource);
  for (let round = 0; round < rounds; round++) {
    const caller = callers[round % callers.length] as Caller;
    await caller.child.crash();
    const poller = pollerOf(caller);
    const waiting = poller.until('location: http://round-', TIMEOUT);
    const start = performance.now();
    const started = proxyOf(cluster, caller.resource);
    const at = await waiting;
    poller.stop();
    caller.child = await started;
    progress.step();
    if (at === undefined) samples.missing++;
    else samples.durations.push(at - start);
  }
  return {
    what: 'a sidecar killed and started again under its name',
    samples,
    note: 'from starting `meridian dp` (SIGKILL had ended it and its Envoy) until the first request through it is answered',
  };
}

export const standaloneRow: StandaloneRow = {
  name: 'envoys',
  measure: ({ rounds }, progress) => measureEnvoys({ envoys: 20, rounds }, progress),
};
