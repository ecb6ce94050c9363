import type { ResourceKey } from '../../shared/resource/resource.ts';
import type { ResourceReader, Stored } from '../../shared/rest/ports.ts';
import type { View } from '../../shared/view/view.ts';

/** What a view holds. */
export function viewReader(view: View): ResourceReader {
  return {
    get: async (key: ResourceKey) =>
      [...view.entries(key.type, key.mesh)].filter(({ resource }) => resource.name === key.name),
    list: async (type, mesh) => [...(mesh === undefined ? view.entriesOfType(type) : view.entries(type, mesh))],
  };
}

/** What the zone's view holds; and the zone itself, also as long as nobody has written its Zone here. */
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
  const held = viewReader(view);
  return {
    get: async (key) => {
      const found = await held.get(key);
      return key.type === 'Zone' && key.name === zone && found.length === 0 ? [self] : found;
    },
    list: async (type, mesh) => {
      const found = await held.list(type, mesh);
      return type === 'Zone' && found.length === 0 ? [self] : found;
    },
  };
}
