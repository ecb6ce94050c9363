import { GLOBAL, type Resource, type ResourceKey } from '../../shared/resource/resource.ts';
import { sealedIn } from '../../shared/resource/secret/sealedIn.ts';
import type { ResourceReader, Stored } from '../../shared/rest/ports.ts';
import type { View } from '../../shared/view/view.ts';
import { type SecretSealer, SecretUnreadable } from '../secret/secretSealer.ts';
import { isReserved, refuseHubKey } from '../hubAccess/refuseHubKey.ts';
import type { EventLog } from '../log/eventLog.ts';

type Deps = {
  readonly log: Pick<EventLog, 'current' | 'list'>;
  readonly sealer: Pick<SecretSealer, 'open'>;
  /** What the zones wrote. */
  readonly zones: Pick<View, 'entries' | 'entriesOfType'>;
  /** What global observed of the zones themselves. */
  readonly zoneInsights: () => readonly Stored[];
};

/**
 * What global knows: the current state of its own log, which is written in the append's transaction, and what the zones' logs
 * say, which is held in memory. The hub's keys are not shown.
 */
export function resourceReader({ log, sealer, zones, zoneInsights }: Deps): ResourceReader {
  const own = async ({
    resource,
    version,
  }: {
    readonly resource: Resource;
    readonly version: number;
  }): Promise<Stored> => ({
    resource: await opened(sealer, resource),
    version,
    origin: GLOBAL,
  });
  return {
    get: async (key: ResourceKey) => {
      refuseHubKey(key);
      if (key.type === 'ZoneInsight') return zoneInsights().filter(({ resource }) => resource.name === key.name);
      const current = await log.current(key);
      const ofZones = [...zones.entries(key.type, key.mesh)].filter(({ resource }) => resource.name === key.name);
      return [...(current ? [await own(current)] : []), ...ofZones];
    },
    list: async (type, mesh) => {
      if (type === 'ZoneInsight') return zoneInsights();
      const current = await Promise.all(
        (await log.list(type, mesh)).filter(({ resource }) => !isReserved(resource)).map(own),
      );
      return [...current, ...(mesh === undefined ? zones.entriesOfType(type) : zones.entries(type, mesh))];
    },
  };
}

/** What cannot be opened is there, to be counted and deleted; whoever looks at what it holds is told why not. */
async function opened(sealer: Pick<SecretSealer, 'open'>, resource: Resource): Promise<Resource> {
  const sealed = sealedIn(resource);
  if (!sealed) return resource;
  try {
    return { ...resource, spec: { data: await sealer.open(resource, sealed) } };
  } catch (error) {
    if (!(error instanceof SecretUnreadable)) throw error;
    const spec = {
      get data(): string {
        throw error;
      },
    };
    return { ...resource, spec };
  }
}
