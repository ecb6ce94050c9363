import { create, toBinary } from '@bufbuild/protobuf';
import { DurationSchema } from '@bufbuild/protobuf/wkt';
import { type Fleet, type Marker, MESH } from './fleet.ts';
import { TYPE } from './simulatedSidecar.ts';

/** What one row of the report is made of. */
export interface Samples {
  /** Milliseconds, one for each sidecar and round that was reached. */
  readonly durations: number[];
  /** Milliseconds until global answered the PUT, one for each round; none where there was no PUT. */
  readonly answers: number[];
  /** Sidecar-rounds that were not reached in time. */
  missing: number;
  /** Responses that went to sidecars that the change does not concern. */
  needless: number;
}

export interface MeasureDeps {
  readonly fleet: Fleet;
  /** REST of global. */
  readonly url: string;
  readonly timeout: number;
  readonly onRound: () => void;
}

/** Rounds before those that count: code is compiled and connections are open by then. */
export const WARM_UP = 3;

let seconds = 100_000;

/** A MeshTimeout that no round had before, and what it looks like in a route. */
function freshTimeout(name: string, targetRef: object): { body: object; marker: Marker } {
  seconds++;
  const body = {
    type: 'MeshTimeout',
    mesh: MESH,
    name,
    spec: { targetRef, to: [{ targetRef: { kind: 'Mesh' }, default: { http: { requestTimeout: `${seconds}s` } } }] },
  };
  return {
    body,
    marker: {
      typeUrl: TYPE.route,
      bytes: toBinary(DurationSchema, create(DurationSchema, { seconds: BigInt(seconds) })),
    },
  };
}

async function put(url: string, path: string, body: object): Promise<void> {
  const response = await fetch(url + path, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`PUT ${path} was answered ${response.status}: ${text}`);
}

async function policyRounds(
  deps: MeasureDeps,
  rounds: number,
  name: string,
  targetRef: object,
  ids: readonly string[],
): Promise<Samples> {
  const { fleet, url, timeout } = deps;
  const samples: Samples = { durations: [], answers: [], missing: 0, needless: 0 };
  for (let round = 0; round < WARM_UP + rounds; round++) {
    await fleet.settled(100);
    const { body, marker } = freshTimeout(name, targetRef);
    const before = fleet.responses;
    const waiting = fleet.arrivals(marker, ids, timeout);
    const start = performance.now();
    await put(url, `/meshes/${MESH}/meshtimeouts/${name}`, body);
    const answered = performance.now() - start;
    const arrived = await waiting;
    await fleet.settled(50);
    deps.onRound();
    if (round < WARM_UP) continue;
    samples.answers.push(answered);
    samples.durations.push(...arrived.map(({ at }) => at - start));
    samples.missing += ids.length - arrived.length;
    samples.needless += Math.max(0, fleet.responses - before - ids.length);
  }
  return samples;
}

/** A policy for all: from sending the PUT to global until each sidecar was sent the changed routes. */
export function meshWidePolicy(deps: MeasureDeps, rounds: number): Promise<Samples> {
  // The lexicographically smaller name wins over the policies that a mesh is born with (policies §2.4).
  return policyRounds(deps, rounds, 'a-bench', { kind: 'Mesh' }, deps.fleet.ids);
}

/** A policy that selects the one sidecar with this index; the others shall get nothing. */
export function policyForOne(deps: MeasureDeps, rounds: number, index: number): Promise<Samples> {
  const targetRef = { kind: 'MeshSubset', tags: { 'bench-index': String(index) } };
  return policyRounds(deps, rounds, 'a-bench-one', targetRef, [deps.fleet.idOf(index)]);
}

/** A new instance of a service: from its sidecar's connecting until each caller was sent its address. */
export async function newInstance(deps: MeasureDeps, rounds: number, sidecars: number): Promise<Samples> {
  const { fleet, timeout } = deps;
  const samples: Samples = { durations: [], answers: [], missing: 0, needless: 0 };
  const service = fleet.outboundsOf(0)[0] ?? '';
  const callers = fleet.callersOf(service, sidecars);
  for (let round = 0; round < WARM_UP + rounds; round++) {
    await fleet.settled(100);
    const index = 100_000 + round;
    // Three digits everywhere: no address is the beginning of another one.
    const address = `10.200.${100 + Math.floor(round / 100)}.${100 + (round % 100)}`;
    const waiting = fleet.arrivals({ typeUrl: TYPE.endpoint, bytes: Buffer.from(address) }, callers, timeout);
    const start = performance.now();
    fleet.connect(index, service, address);
    const arrived = await waiting;
    fleet.disconnect(index);
    deps.onRound();
    if (round < WARM_UP) continue;
    samples.durations.push(...arrived.map(({ at }) => at - start));
    samples.missing += callers.length - arrived.length;
  }
  return samples;
}
