import { afterAll, beforeAll } from 'vitest';
import type { EventReader } from '../../shared/event/message.ts';
import { type TempDir, tempDir } from '../support/tempDir.ts';
import { type Hub, type Leaf, type LeafStart, startHub, startLeaf, startReplica, type ZoneReplica } from './wiring.ts';

/** A hub and zones, each with a nats-server and a replica of its own. */
export interface HubWithZones {
  /** Holds the files of all of them. */
  readonly folder: string;
  readonly hub: Hub;
  /** Of the first zone. */
  readonly leaf: Leaf;
  readonly zone: ZoneReplica;
  leafOf(zone: string): Leaf;
  replicaOf(zone: string): ZoneReplica;
  /** One more zone. */
  join(zone: string, options?: LeafStart): Promise<ZoneReplica>;
  /** The zone's replica stops, if it has not, and starts upon the same files. */
  restart(zone: string, reader?: EventReader): Promise<ZoneReplica>;
}

interface Options {
  /** When the certificates of the servers were made. */
  readonly certifiedAt?: Date;
  /** What the zones can read; absent: everything. */
  readonly reader?: EventReader;
}

/** They run for all tests of the file, or of the `describe`, that this is called in. */
export function hubWithZones(names: readonly string[], { certifiedAt, reader }: Options = {}): HubWithZones {
  const leaves = new Map<string, Leaf>();
  const replicas = new Map<string, ZoneReplica>();
  let folder: TempDir | undefined;
  let hub: Hub | undefined;
  const there = <T>(what: T | undefined): T => {
    if (what === undefined) throw new Error('it was not started; tests of this file use it, and nothing else does');
    return what;
  };
  const replicate = async (zone: string, of?: EventReader) => {
    const started = await startReplica(zone, there(leaves.get(zone)), there(folder).path, of);
    let stopping: Promise<void> | undefined;
    // A test may stop it before we do.
    const replica: ZoneReplica = { ...started, stop: () => (stopping ??= started.stop()) };
    replicas.set(zone, replica);
    return replica;
  };
  const join = async (zone: string, options: LeafStart = {}) => {
    leaves.set(zone, await startLeaf(zone, there(hub), there(folder).path, options));
    return replicate(zone, reader);
  };

  beforeAll(async () => {
    folder = await tempDir('hub-with-zones');
    hub = await startHub(folder.path, certifiedAt);
    await Promise.all(names.map((name) => join(name, certifiedAt && { certifiedAt })));
  }, 60_000);

  afterAll(async () => {
    await Promise.allSettled([...replicas.values()].map((replica) => replica.stop()));
    await hub?.stop();
    await Promise.allSettled([...leaves.values()].map((leaf) => leaf.stop()));
    await folder?.remove();
  });

  const first = names[0] ?? '';
  return {
    get folder() {
      return there(folder).path;
    },
    get hub() {
      return there(hub);
    },
    get leaf() {
      return there(leaves.get(first));
    },
    get zone() {
      return there(replicas.get(first));
    },
    leafOf: (zone) => there(leaves.get(zone)),
    replicaOf: (zone) => there(replicas.get(zone)),
    join,
    restart: async (zone, of) => {
      await there(replicas.get(zone)).stop();
      return replicate(zone, of);
    },
  };
}
