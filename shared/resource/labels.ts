import type { ResourceDescriptor } from './descriptor.ts';
import { DISPLAY_NAME_LABEL } from './hashedName.ts';
import { labelKeyErrors, labelValueErrors } from './labelSyntax.ts';
import { type Role, zoneName } from './role.ts';
import type { Violation } from './violation.ts';

export type Labels = Readonly<Record<string, string>>;

export const MESH_LABEL = 'kuma.io/mesh';
export const ORIGIN_LABEL = 'kuma.io/origin';
export const ZONE_LABEL = 'kuma.io/zone';
const ENV_LABEL = 'kuma.io/env';
const PROXY_TYPE_LABEL = 'kuma.io/proxy-type';
export const WORKLOAD_LABEL = 'kuma.io/workload';
export const ROLE_LABEL = 'kuma.io/policy-role';

const SYSTEM_ROLE = 'system';

const IMMUTABLE = [ORIGIN_LABEL, ZONE_LABEL, DISPLAY_NAME_LABEL];

interface Labelled {
  readonly mesh: string;
  readonly labels: Labels;
  readonly spec: unknown;
}

/**
 * The labels a resource is stored with: those written, and what the control plane adds. What is written
 * stays, except the proxy type, which follows from the spec.
 */
export function computedLabels(descriptor: ResourceDescriptor, resource: Labelled, role: Role): Labels {
  const labels: Record<string, string> = { ...resource.labels };
  if (descriptor.scope === 'Mesh') labels[MESH_LABEL] ??= resource.mesh;
  if (role.mode !== 'global' && descriptor.writable.zone) {
    labels[ORIGIN_LABEL] ??= 'zone';
    if (labels[ORIGIN_LABEL] !== 'global') {
      labels[ZONE_LABEL] ??= zoneName(role);
      labels[ENV_LABEL] ??= role.environment;
    }
  }
  const proxyType = descriptor.proxyType?.(resource.spec);
  if (proxyType) labels[PROXY_TYPE_LABEL] = proxyType;
  return sorted(labels);
}

/** Sorted by key, as Kuma's JSON shows them. */
export function sorted(labels: Labels): Labels {
  return Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What is wrong with the labels of a write on this control plane, in Kuma's order. `resource` carries the labels as written. */
export function labelViolations(descriptor: ResourceDescriptor, resource: Labelled, role: Role): Violation[] {
  return [
    ...originViolations(descriptor, resource.labels, role),
    ...placeViolations(resource, role),
    ...roleViolations(descriptor, resource.labels),
    ...syntaxViolations(resource.labels),
  ];
}

function originViolations(descriptor: ResourceDescriptor, labels: Labels, role: Role): Violation[] {
  const field = labelField(ORIGIN_LABEL);
  const origin = originOf(labels);
  const isUnknown = origin !== undefined && origin !== 'global' && origin !== 'zone';
  const wanted = wantedOrigin(descriptor, origin, role);
  return [
    ...(isUnknown ? [{ field, reason: `unknown resource origin "${origin}"` }] : []),
    ...(wanted ? [{ field, reason: `the origin label must be set to '${wanted}'` }] : []),
  ];
}

/** The origin that a resource has to have here and does not have. */
function wantedOrigin(descriptor: ResourceDescriptor, origin: string | undefined, role: Role): string | undefined {
  if (role.mode === 'global') return origin !== undefined && origin !== 'global' ? 'global' : undefined;
  // Only a zone that is joined to a global one insists: there the label tells whose the resource is.
  return role.mode === 'zone' && descriptor.style === 'spec' && origin !== 'zone' ? 'zone' : undefined;
}

/** An empty one says nothing. */
function originOf(labels: Labels): string | undefined {
  return labels[ORIGIN_LABEL] || undefined;
}

/** A resource of this zone says no other zone and no other mesh than its own. */
function placeViolations({ mesh, labels }: Labelled, role: Role): Violation[] {
  if (role.mode === 'global' || originOf(labels) === 'global') return [];
  const violations: Violation[] = [];
  const differs = (label: string, value: string) => labels[label] !== undefined && labels[label] !== value;
  const zone = zoneName(role);
  if (differs(ZONE_LABEL, zone))
    violations.push({ field: labelField(ZONE_LABEL), reason: `${ZONE_LABEL} label should have ${zone} value` });
  if (differs(MESH_LABEL, mesh))
    violations.push({
      field: labelField(MESH_LABEL),
      reason: `${MESH_LABEL} label must not differ from mesh set on resource`,
    });
  return violations;
}

/** The others are of policies that live in namespaces of Kubernetes. */
function roleViolations({ policy }: ResourceDescriptor, labels: Labels): Violation[] {
  const role = policy?.isTargetRef ? labels[ROLE_LABEL] || SYSTEM_ROLE : SYSTEM_ROLE;
  if (role === SYSTEM_ROLE) return [];
  const reason = `${ROLE_LABEL} label should have ${SYSTEM_ROLE} value, got ${role}`;
  return [{ field: labelField(ROLE_LABEL), reason }];
}

/** May what has these labels be deleted here? Field without the `labels` prefix, as Kuma words it. */
export function deleteOriginViolations(descriptor: ResourceDescriptor, labels: Labels, role: Role): Violation[] {
  const wanted = wantedOrigin(descriptor, originOf(labels), role);
  return wanted ? [{ field: `["${ORIGIN_LABEL}"]`, reason: `the origin label must be set to '${wanted}'` }] : [];
}

/**
 * Origin, zone and display name never change once they are set. What lacks them may get them: the system's first
 * policies of a mesh do when those of another control plane are applied over them, with the zone they come from.
 */
export function immutableLabelViolations(before: Labels, after: Labels): Violation[] {
  return IMMUTABLE.flatMap((label) => {
    const was = before[label];
    const is = after[label];
    if (was === undefined || was === is) return [];
    const field = labelField(label);
    if (is === undefined) return [{ field, reason: `is immutable, cannot be removed (was "${was}")` }];
    return [{ field, reason: `is immutable, cannot be changed from "${was}" to "${is}"` }];
  });
}

/** Keys are Kubernetes qualified names, values label values; in the order of the keys. */
function syntaxViolations(labels: Labels): Violation[] {
  return Object.entries(sorted(labels)).flatMap(([key, value]) =>
    [...labelKeyErrors(key), ...labelValueErrors(value)].map((reason) => ({ field: labelField(key), reason })),
  );
}

function labelField(label: string): string {
  return `labels[${JSON.stringify(label)}]`;
}
