import type { ZodType } from 'zod';
import type { Resource } from './resource.ts';
import type { Role } from './role.ts';
import type { Violation } from './violation.ts';

/** Which control planes accept a write of this type over REST; elsewhere it is 405. */
interface Writable {
  readonly standalone: boolean;
  readonly global: boolean;
  readonly zone: boolean;
}

/** Which way a type travels between global and the zones. */
interface Replication {
  readonly globalToZone: boolean;
  readonly zoneToGlobal: boolean;
  /** A zone's copy is handed on to the other zones. */
  readonly acrossZones: boolean;
  /** Stays under its own name in the copy; the others get Kuma's hash suffix when shown by REST. */
  readonly keepsName: boolean;
}

/** What `GET /_resources` and `GET /policies` tell of a policy. */
export interface PolicyTraits {
  readonly isTargetRef: boolean;
  readonly hasTo: boolean;
  readonly hasFrom: boolean;
  readonly hasRules: boolean;
  readonly isFromAsRules: boolean;
}

/**
 * Everything the product knows of a resource type: REST paths, kumactl names, event subjects, sync direction and
 * validation follow from it. One folder declares one (`definePolicy` makes it for policies).
 */
export interface ResourceDescriptor<Spec = unknown> {
  /** `MeshTimeout` */
  readonly type: string;
  /** REST collection, `meshtimeouts` */
  readonly path: string;
  /** Further collections that mean the same, `zone-ingresses`. */
  readonly pathAliases?: readonly string[];
  readonly scope: 'Mesh' | 'Global';
  /** KRI short name; a type without one has no KRI. */
  readonly shortName?: string;
  /** `flat`: the spec's fields stand at the top level of the JSON; `spec`: below `spec`. */
  readonly style: 'flat' | 'spec';
  readonly hasStatus?: boolean;
  readonly singularDisplayName: string;
  readonly pluralDisplayName: string;
  readonly writable: Writable;
  readonly replication: Replication;
  readonly includeInFederation: boolean;
  /** Secret, GlobalSecret: only an admin may read or write. */
  readonly adminOnly?: boolean;
  /** An insight: written by control planes only. */
  readonly readOnly?: boolean;
  /** Of the product's own making, as Vip: travels and is kept like others, but REST does not know it. */
  readonly internal?: boolean;
  /** Type of the insight that `_overview` joins to this one, `DataplaneInsight`. */
  readonly insight?: string;
  /** Collections that mean `_overview`, from before there was one: `dataplanes+insights`. */
  readonly overviewAliases?: readonly string[];
  /** Value of the label `kuma.io/proxy-type`, for types that are proxies. */
  readonly proxyType?: (spec: Spec) => string;
  /** Parses and defaults the spec. Its issues become violations; unknown fields are dropped, as Kuma does. */
  readonly schema: ZodType<Spec>;
  /** Rules that a schema cannot say, in Kuma's words. Runs after the schema passed. */
  readonly validate?: (resource: Resource<Spec>) => readonly Violation[];
  /**
   * Rules that only count when it is stored, upon what was there before (`undefined`: nothing) and the mesh that it is in: Kuma's
   * store managers have them, and the error's title says "Failed to create" or "Failed to update a resource".
   */
  readonly admit?: (
    resource: Resource<Spec>,
    before: Resource<Spec> | undefined,
    mesh: Resource | undefined,
  ) => readonly Violation[];
  /**
   * What a control plane writes into the spec itself before it is stored, as the zone's tag of a Dataplane.
   * @param before the spec that is there now
   */
  readonly complete?: (spec: Spec, role: Role, before: Spec | undefined) => Spec;
  /**
   * What of it must not stand where it may be read, as Secrets that are written in the same change, and it as it is kept: without
   * them. Comes after all checks.
   */
  readonly withoutSecrets?: (resource: Resource<Spec>) => {
    readonly resource: Resource<Spec>;
    readonly secrets: readonly Resource[];
  };
  /** Deprecations and the like, shown by kumactl after the write. */
  readonly warnings?: (resource: Resource<Spec>) => readonly string[];
  readonly policy?: PolicyTraits;
}

/** A descriptor whose spec type is forgotten: what the registry holds. */
// biome-ignore lint/suspicious/noExplicitAny: a registry of descriptors of different specs is inherently existential
export type AnyDescriptor = ResourceDescriptor<any>;
