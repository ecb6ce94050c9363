import { insightDescriptor } from '../insightDescriptor.ts';

/** Computed from the Dataplanes of a mesh when it is asked for; nobody stores one. */
export const descriptor = insightDescriptor({
  type: 'ServiceInsight',
  path: 'service-insights',
  scope: 'Mesh',
  zoneToGlobal: false,
});
