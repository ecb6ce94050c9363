import { definePolicy } from '../../shared/policy/definePolicy.ts';
import type { PolicySpec } from '../../shared/policy/policySpec.ts';
import type { DataplaneSpec } from '../../shared/resource/dataplane/spec.ts';
import type { Tags } from '../../shared/resource/tags.ts';
import { createRegistry, type Registry } from '../../shared/resource/registry.ts';
import type { Origin, Resource } from '../../shared/resource/resource.ts';
import { View } from '../../shared/view/view.ts';
import { z } from 'zod';

const AT = '2026-01-01T00:00:00Z';

/** A policy type without effects, to test the engine with. */
export function plainPolicy(type: string, isFromAsRules = true) {
  return definePolicy<PolicySpec, unknown>({
    type,
    path: `${type.toLowerCase()}s`,
    shortName: type.toLowerCase(),
    singularDisplayName: type,
    pluralDisplayName: type,
    order: 100,
    traits: { hasTo: true, hasFrom: true, hasRules: true, isFromAsRules },
    schema: z.custom<PolicySpec>(),
    effects: {},
  });
}

export const policyRegistry: Registry = createRegistry([
  plainPolicy('MeshTimeout'),
  plainPolicy('MeshTrafficPermission', false),
  plainPolicy('MeshHTTPRoute'),
]);

export interface WrittenPolicy {
  readonly type?: string;
  readonly origin?: Origin;
  readonly labels?: Readonly<Record<string, string>>;
  readonly spec: PolicySpec;
}

export function policy(name: string, { type = 'MeshTimeout', labels = {}, spec }: WrittenPolicy): Resource<PolicySpec> {
  return { type, mesh: 'default', name, labels, creationTime: AT, modificationTime: AT, spec };
}

/** A view of these policies, by name. */
export function policyView(policies: Readonly<Record<string, WrittenPolicy>>): View {
  const view = new View();
  for (const [name, written] of Object.entries(policies)) putPolicy(view, name, written);
  return view;
}

export function putPolicy(view: View, name: string, written: WrittenPolicy): void {
  const resource = policy(name, written);
  view.apply({ origin: written.origin ?? '', key: resource, resource, version: view.revision + 1 });
}

/** A sidecar; inbound ports count up from 8080. */
export function sidecar(name: string, inbounds: readonly Tags[], labels: Tags = {}): Resource<DataplaneSpec> {
  const inbound = inbounds.map((tags, i) => ({ port: 8080 + i, tags }));
  const times = { creationTime: AT, modificationTime: AT };
  return {
    type: 'Dataplane',
    mesh: 'default',
    name,
    labels,
    ...times,
    spec: { networking: { address: '10.0.0.1', inbound } },
  };
}

/** A delegated gateway. */
export function gateway(name: string, tags: Tags): Resource<DataplaneSpec> {
  const { networking, ...rest } = sidecar(name, []).spec;
  return { ...sidecar(name, []), spec: { ...rest, networking: { ...networking, gateway: { tags } } } };
}
