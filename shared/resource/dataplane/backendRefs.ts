import type { z } from 'zod';
import { isPort, PORT_REASON } from '../address.ts';
import { isSubdomain, NOT_A_SUBDOMAIN } from '../name.ts';
import { list, message, requiredText, stringMap, text, uint32 } from '../protoJson.ts';
import { SERVICE_TAG } from '../tags.ts';
import type { Violation } from '../violation.ts';

/** A real resource that a Dataplane calls, rather than a value of `kuma.io/service`. There are none here, so all are refused. */
export type BackendRef = z.infer<typeof backendRef>;

const backendRef = message({
  kind: requiredText,
  name: text,
  namespace: text,
  labels: stringMap.optional(),
  port: uint32,
}) as z.ZodType<{
  readonly kind: string;
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly port?: number | undefined;
}>;

export const backendRefSchema = backendRef.optional();
export const reachableBackendsSchema = message({ refs: list(backendRef) }).optional();

const KINDS = ['MeshExternalService', 'MeshMultiZoneService', 'MeshService'];
const WRONG_KIND = `invalid value. Available values are: ${KINDS.join(',')}`;
const NOT_SUPPORTED = 'is not supported yet';

/** Of an outbound. @param field path of the reference @param hasTags the outbound names a service, too */
export function outboundRefViolations(ref: BackendRef, field: string, hasTags: boolean): Violation[] {
  const violations: Violation[] = [];
  const { kind, name, labels = {}, port = 0 } = ref;
  if (!KINDS.includes(kind)) violations.push({ field: `${field}.kind`, reason: WRONG_KIND });
  if (!name && Object.keys(labels).length === 0)
    violations.push({ field, reason: "either 'name' or 'labels' should be specified" });
  if (kind !== 'MeshExternalService' && !isPort(port)) violations.push({ field: `${field}.port`, reason: PORT_REASON });
  if (hasTags) violations.push({ field, reason: 'both backendRef and tags/service cannot be defined' });
  return violations.length > 0 ? violations : [{ field, reason: `${NOT_SUPPORTED}, use tags with ${SERVICE_TAG}` }];
}

/** Of `reachableBackends`; "transparentProxing" is what Kuma calls the field above it. */
export function reachableViolations(refs: readonly BackendRef[]): Violation[] {
  return refs.flatMap((ref, i) => {
    const at = `reachableBackends.refs[${i}]`;
    const wrong = reachableFaults(ref).map(([name, reason]) => ({
      field: `networking.transparentProxing.${at}.${name}`,
      reason,
    }));
    if (wrong.length > 0) return wrong;
    const reason = `${ref.kind} ${NOT_SUPPORTED}, use reachableServices`;
    return [{ field: `networking.transparentProxying.${at}.kind`, reason }];
  });
}

function reachableFaults({ kind, name, namespace, labels = {} }: BackendRef): (readonly [string, string])[] {
  const hasLabels = Object.keys(labels).length > 0;
  const faults: (readonly [string, string])[] = [];
  if (!KINDS.includes(kind)) faults.push(['kind', WRONG_KIND]);
  if (name && !isSubdomain(name)) faults.push(['name', NOT_A_SUBDOMAIN]);
  if (!name && !namespace && !hasLabels) faults.push(['name', 'name or labels are required']);
  if (!name && namespace) faults.push(['name', 'name is required, when namespace is defined']);
  if ((name || namespace) && hasLabels) faults.push(['labels', 'labels cannot be defined when name is specified']);
  return faults;
}
