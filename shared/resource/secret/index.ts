import type { ResourceDescriptor } from '../descriptor.ts';
import { bytes, message } from '../protoJson.ts';
import type { SecretSpec } from './spec.ts';

/** What Secret and GlobalSecret have in common. Sealing is the store's affair: REST only ever sees `data`. */
const common = {
  style: 'flat',
  writable: { standalone: true, global: true, zone: true },
  replication: { globalToZone: true, zoneToGlobal: false, acrossZones: false, keepsName: true },
  includeInFederation: true,
  adminOnly: true,
  schema: message({ data: bytes.optional() }),
} as const satisfies Partial<ResourceDescriptor<SecretSpec>>;

const secret: ResourceDescriptor<SecretSpec> = {
  ...common,
  type: 'Secret',
  path: 'secrets',
  scope: 'Mesh',
  singularDisplayName: 'Secret',
  pluralDisplayName: 'Secrets',
};

const globalSecret: ResourceDescriptor<SecretSpec> = {
  ...common,
  type: 'GlobalSecret',
  path: 'globalsecrets',
  pathAliases: ['global-secrets'],
  scope: 'Global',
  singularDisplayName: 'Global Secret',
  pluralDisplayName: 'Global Secrets',
};

export const descriptors: readonly ResourceDescriptor<SecretSpec>[] = [secret, globalSecret];
