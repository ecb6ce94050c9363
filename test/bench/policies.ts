import { create, toBinary } from '@bufbuild/protobuf';
import { DurationSchema } from '@bufbuild/protobuf/wkt';
import { TYPE_URL } from '../../shared/xds/snapshot.ts';
import type { Bench } from './bench.ts';
import { clock } from './clock.ts';
import { MESH } from './layout.ts';
import type { Round } from './rounds.ts';

/** How a duration of so many seconds looks inside any resource. */
export function secondsBytes(seconds: number): Uint8Array {
  return toBinary(DurationSchema, create(DurationSchema, { seconds: BigInt(seconds) }));
}

/** A MeshTimeout written to global: `to` is its default for calls to all services. */
export function putTimeout(bench: Bench, name: string, targetRef: object, to: object): Round['change'] {
  const spec = { targetRef, to: [{ targetRef: { kind: 'Mesh' }, default: to }] };
  return async () => {
    const start = clock();
    const body = { type: 'MeshTimeout', mesh: MESH, name, spec };
    return { start, answered: await bench.put(`/meshes/${MESH}/meshtimeouts/${name}`, body) };
  };
}

/** A request timeout that nothing had before: it changes routes and nothing else. */
export function freshRequestTimeout(bench: Bench, name: string, targetRef: object): Pick<Round, 'markers' | 'change'> {
  const seconds = bench.fresh();
  return {
    markers: [{ typeUrl: TYPE_URL.route, bytes: secondsBytes(seconds) }],
    change: putTimeout(bench, name, targetRef, { http: { requestTimeout: `${seconds}s` } }),
  };
}
