import type { ZodType } from 'zod';
import type { PolicyTraits, ResourceDescriptor } from '../resource/descriptor.ts';
import type { Resource } from '../resource/resource.ts';
import type { Violation } from '../resource/violation.ts';
import type { PolicyEffects } from './effects.ts';

/** What a policy's folder declares; the rest of its descriptor is the same for all targetRef policies. */
export interface PolicyDefinition<Spec, Conf> {
  readonly type: string;
  readonly path: string;
  readonly shortName: string;
  readonly singularDisplayName: string;
  readonly pluralDisplayName: string;
  /** Place in the order of application, by hundreds: Kuma's `pkg/plugins/policies/core/ordered`. A later one sees earlier edits. */
  readonly order: number;
  readonly traits: Omit<PolicyTraits, 'isTargetRef'>;
  readonly schema: ZodType<Spec>;
  readonly validate?: (resource: Resource<Spec>) => readonly Violation[];
  readonly warnings?: (resource: Resource<Spec>) => readonly string[];
  /**
   * How confs are folded into one, in ascending priority; without it as JSON merge patch (`mergeConfs`). For routes,
   * whose rule lists merge in a way of their own.
   */
  readonly mergeConfs?: (confs: readonly Conf[]) => Conf;
  readonly effects: PolicyEffects<Conf>;
}

/** A policy: a resource descriptor that also says what it does to Envoy's configuration. */
export interface PolicyDescriptor<Spec = unknown, Conf = unknown> extends ResourceDescriptor<Spec> {
  readonly order: number;
  readonly mergeConfs?: (confs: readonly Conf[]) => Conf;
  readonly effects: PolicyEffects<Conf>;
}

/** The door of a policy's folder: fills in what every targetRef policy has in common. */
export function definePolicy<Spec, Conf>(definition: PolicyDefinition<Spec, Conf>): PolicyDescriptor<Spec, Conf> {
  const { traits, ...own } = definition;
  return {
    ...own,
    scope: 'Mesh',
    style: 'spec',
    writable: { standalone: true, global: true, zone: true },
    replication: { globalToZone: true, zoneToGlobal: true, acrossZones: false, keepsName: false },
    includeInFederation: true,
    policy: { ...traits, isTargetRef: true },
  };
}

/** Has it been made by `definePolicy`, or by its counterpart for legacy policies? */
export function isPolicyDescriptor(descriptor: object): descriptor is PolicyDescriptor {
  return 'effects' in descriptor;
}
