import { computedLabels, labelViolations } from '../../shared/resource/labels.ts';
import { nameViolations, roomViolations } from '../../shared/resource/name.ts';
import { parseResource } from '../../shared/resource/parseResource.ts';
import type { Registry } from '../../shared/resource/registry.ts';
import type { Resource } from '../../shared/resource/resource.ts';
import type { Role } from '../../shared/resource/role.ts';
import type { Violation } from '../../shared/resource/violation.ts';
import { parseJsonBody } from '../../shared/rest/jsonBody.ts';
import type { ProxyKind } from '../../shared/snapshot/proxy.ts';
import type { View } from '../../shared/view/view.ts';

/** What a proxy says of itself cannot be accepted; the message says what would be right. */
export class ProxyRefused extends Error {
  override name = 'ProxyRefused';
  /** INVALID_ARGUMENT. */
  readonly grpcStatus = 3;
}

/** Put on resources that came with a proxy's connection and go with it; those written by hand stay. */
export const AUTO_REGISTERED_LABEL = 'meridian.io/auto-registered';

const TYPES: Readonly<Record<ProxyKind, string>> = {
  sidecar: 'Dataplane',
  ingress: 'ZoneIngress',
  egress: 'ZoneEgress',
};

export function resourceType(kind: ProxyKind): string {
  return TYPES[kind];
}

type Deps = {
  readonly registry: Registry;
  readonly role: Role;
  readonly now: () => Date;
  /** Knows the mesh, which may be choosy, and what there is of the proxy. */
  readonly view: View;
};

/**
 * The resource that a proxy brings along, checked and completed as a write over REST would be: labels, the zone's tag on inbounds,
 * the zone of a zone proxy. @throws ProxyRefused
 */
export function proxyResource(text: string, kind: ProxyKind, { registry, role, now, view }: Deps): Resource {
  const type = resourceType(kind);
  const descriptor = registry.byType(type);
  if (!descriptor) throw new ProxyRefused(`proxies of kind ${kind} are not supported: this build has no ${type}`);
  const invalid = (violations: readonly Violation[], malformed?: string) => {
    const reasons = violations.map(({ field, reason }) => (field ? `${field}: ${reason}` : reason));
    return new ProxyRefused(`the ${type} is not valid: ${[malformed, ...reasons].filter(Boolean).join('; ')}`);
  };
  const parsed = parseResource(descriptor, json(text, type), now().toISOString());
  if (!parsed.ok) throw invalid(parsed.violations, parsed.malformed);
  const { resource } = parsed;
  if (resource.type !== type)
    throw new ProxyRefused(
      `a proxy of kind ${kind} needs a ${type}, not a ${resource.type || 'resource without type'}`,
    );
  const violations = [
    ...roomViolations(resource, role),
    ...labelViolations(descriptor, resource, role),
    ...nameViolations(resource, descriptor.scope),
  ];
  if (violations.length > 0) throw invalid(violations);
  const before = view.get(resource, role.zone)?.resource.spec;
  const completed: Resource = {
    ...resource,
    spec: descriptor.complete ? descriptor.complete(resource.spec, role, before) : resource.spec,
  };
  const mesh = view.get({ type: 'Mesh', mesh: '', name: completed.mesh })?.resource;
  const refused = descriptor.admit?.(completed, undefined, mesh) ?? [];
  if (refused.length > 0) throw invalid(refused);
  const spec = kind === 'sidecar' ? completed.spec : { ...(completed.spec as object), zone: role.zone };
  const labels = { ...computedLabels(descriptor, completed, role), [AUTO_REGISTERED_LABEL]: 'true' };
  return { ...completed, labels, spec };
}

function json(text: string, type: string): unknown {
  try {
    return parseJsonBody(text);
  } catch (cause) {
    throw new ProxyRefused(`the ${type} is not JSON: ${(cause as Error).message}`);
  }
}
