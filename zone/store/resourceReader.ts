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
  // Of the Zones that global keeps none is shown: which there are is global's to say.
  const ownZone = () => view.get(self.resource, zone) ?? self;
  return {
    get: async (key) => {
      if (key.type === 'Zone') return key.name === zone ? [ownZone()] : [];
      return held.get(key);
    },
    list: async (type, mesh) => (type === 'Zone' ? [ownZone()] : held.list(type, mesh)),
  };
}
