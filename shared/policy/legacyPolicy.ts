import type { ZodType } from 'zod';
import type { Resource } from '../resource/resource.ts';
import type { Violation } from '../resource/violation.ts';
import type { PolicyDescriptor } from './definePolicy.ts';
import type { PolicyEffects } from './effects.ts';

interface LegacyDefinition<Spec, Conf> {
  readonly type: string;
  readonly path: string;
  readonly singularDisplayName: string;
  readonly pluralDisplayName: string;
  readonly schema: ZodType<Spec>;
  readonly validate: (resource: Resource<Spec>) => readonly Violation[];
  readonly effects: PolicyEffects<Conf>;
}

/**
 * The door of a policy from before targetRef: it selects by tags, is flat, has no KRI and belongs to global alone.
 * Applied before all others, which may say otherwise.
 */
export function defineLegacyPolicy<Spec, Conf>(definition: LegacyDefinition<Spec, Conf>): PolicyDescriptor<Spec, Conf> {
  return {
    ...definition,
    order: 0,
    scope: 'Mesh',
    style: 'flat',
    writable: { standalone: true, global: true, zone: false },
    replication: { globalToZone: true, zoneToGlobal: false, acrossZones: false, keepsName: false },
    includeInFederation: true,
    policy: { isTargetRef: false, hasTo: false, hasFrom: false, hasRules: false, isFromAsRules: false },
  };
}
