import type { ResourceKey } from '../../shared/resource/resource.ts';
import type { ResourceReader, Stored } from '../../shared/rest/ports.ts';
import type { View } from '../../shared/view/view.ts';

/** What the zone's view holds; and the zone itself, which Kuma shows on its own control plane too. */
export function resourceReader(view: View, zone: string, startedAt: string): ResourceReader {
  const self: Stored = {
    resource: {
      type: 'Zone',
      mesh: '',
      name: zone,
      labels: {},
      creationTime: startedAt,
      modificationTime: startedAt,
      spec: {},
    },
    version: 1,
    origin: zone,
  };
  return {
    get: async (key: ResourceKey) => {
      if (key.type === 'Zone') return key.name === zone ? [self] : [];
      return [...view.entries(key.type, key.mesh)].filter(({ resource }) => resource.name === key.name);
    },
    list: async (type, mesh) => {
      if (type === 'Zone') return [self];
      return [...(mesh === undefined ? view.entriesOfType(type) : view.entries(type, mesh))];
    },
  };
}
