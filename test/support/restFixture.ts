import { z } from 'zod';
import { definePolicy } from '../../shared/policy/definePolicy.ts';
import { descriptors as dataplane } from '../../shared/resource/dataplane/index.ts';
import type { AnyDescriptor } from '../../shared/resource/descriptor.ts';
import { descriptors as mesh } from '../../shared/resource/mesh/index.ts';
import { createRegistry, type Registry } from '../../shared/resource/registry.ts';
import { descriptors as secret } from '../../shared/resource/secret/index.ts';
import { descriptor as serviceInsight } from '../../shared/resource/serviceinsight/index.ts';
import { descriptor as vip } from '../../shared/resource/vip/index.ts';
import { descriptors as zone } from '../../shared/resource/zone/index.ts';
import { descriptors as zoneEgress } from '../../shared/resource/zoneegress/index.ts';
import { descriptors as zoneIngress } from '../../shared/resource/zoneingress/index.ts';
import { DEFAULT_ACCESS } from '../../shared/rest/accessLists.ts';
import type { RestDeps } from '../../shared/rest/ports.ts';
import { memoryResources, type MemoryResources } from './memoryResources.ts';

const traits = { hasTo: true, hasFrom: true, hasRules: true, isFromAsRules: true };

/** Policies as small as the contract needs them, so that its tests do not move with the real ones. */
const timeout = definePolicy({
  type: 'MeshTimeout',
  path: 'meshtimeouts',
  shortName: 'mt',
  singularDisplayName: 'Mesh Timeout',
  pluralDisplayName: 'Mesh Timeouts',
  order: 1,
  traits,
  schema: z.object({
    to: z
      .array(
        z.object({
          default: z.object({ idleTimeout: z.string().optional() }).superRefine(({ idleTimeout }, context) => {
            if (idleTimeout === undefined) context.addIssue('at least one timeout should be configured');
            else if (!/^\d+[smh]$/.test(idleTimeout)) context.addIssue(`time: invalid duration "${idleTimeout}"`);
          }),
        }),
      )
      .optional(),
  }),
  effects: {},
});

const permission = definePolicy({
  type: 'MeshTrafficPermission',
  path: 'meshtrafficpermissions',
  shortName: 'mtp',
  singularDisplayName: 'Mesh Traffic Permission',
  pluralDisplayName: 'Mesh Traffic Permissions',
  order: 2,
  traits: { ...traits, hasTo: false, isFromAsRules: false },
  schema: z.object({
    targetRef: z.object({ kind: z.string() }).optional(),
    from: z
      .array(
        z.object({
          targetRef: z.object({ kind: z.string() }),
          default: z.object({ action: z.enum(['Allow', 'Deny', 'AllowWithShadowDeny']) }),
        }),
      )
      .optional(),
  }),
  warnings: ({ spec }) => (spec.from ? ["'from' field is deprecated"] : []),
  effects: {},
});

export const testRegistry: Registry = createRegistry([
  ...dataplane,
  ...mesh,
  ...secret,
  ...zone,
  ...zoneEgress,
  ...zoneIngress,
  serviceInsight,
  vip,
  timeout,
  permission,
] as AnyDescriptor[]);

export const NOW = '2026-11-21T02:22:33Z';

export interface RestFixture {
  readonly deps: RestDeps;
  readonly resources: MemoryResources;
  /** Errors that were answered with 500. */
  readonly errors: unknown[];
}

/** Everything that the REST contract needs of a shell, over resources in memory; `more` replaces or adds. */
export function restFixture(role: RestDeps['role'], more: Partial<RestDeps> = {}): RestFixture {
  const resources = memoryResources(role.mode === 'zone' ? role.zone : '', () => NOW);
  const errors: unknown[] = [];
  const deps: RestDeps = {
    registry: testRegistry,
    role,
    reader: resources,
    writer: resources,
    about: {
      version: '0.1.0',
      hostname: 'cp',
      instanceId: 'cp-d8ce',
      clusterId: async () => '60c35e4c-766c-4fc7-88ce-f8b1e6ceb414',
      gui: role.mode === 'zone' ? '' : '/gui',
      config: () => ({ store: { type: 'memory' } }),
    },
    now: () => NOW,
    localhostIsAdmin: true,
    access: DEFAULT_ACCESS,
    readOnly: false,
    vipPort: (zone) => (zone === 'north' ? 8080 : 80),
    onError: (error) => void errors.push(error),
    ...more,
  };
  return { deps, resources, errors };
}
