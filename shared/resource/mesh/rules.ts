import { saysSomething } from '../protoJson.ts';
import type { Resource } from '../resource.ts';
import { tagViolations } from '../tags.ts';
import type { Violation } from '../violation.ts';
import { loggingViolations, tracingViolations } from './backends.ts';
import { caViolations } from './caBackends.ts';
import { isLifetime } from './certificateLifetime.ts';
import { metricsViolations } from './metrics.ts';
import type { MembershipRule, MeshSpec } from './spec.ts';

const NOT_SUPPORTED = 'is not supported yet';

/** What a Mesh may hold, in the order of Kuma's `mesh_validator.go`; what the product would not act upon is refused, never ignored. */
export function meshViolations({ spec }: Resource<MeshSpec>): Violation[] {
  return [
    ...mtlsViolations(spec),
    ...(spec.logging ? loggingViolations(spec.logging) : []),
    ...(spec.tracing ? tracingViolations(spec.tracing) : []),
    ...(spec.metrics ? metricsViolations(spec.metrics) : []),
    ...constraintViolations(spec),
    ...routingViolations(spec),
    ...unsupportedViolations(spec),
  ];
}

function mtlsViolations({ mtls }: MeshSpec): Violation[] {
  const violations: Violation[] = [];
  const add = (field: string, reason: string) => violations.push({ field: `mtls.${field}`, reason });
  const backends = mtls?.backends ?? [];
  const names = new Set<string>();
  if (backends.length > 1) add('backends', 'cannot have more than 1 backends');
  backends.forEach(({ name }, i) => {
    if (!name) add(`backends[${i}].name`, 'cannot be empty');
    if (names.has(name)) add(`backends[${i}].name`, `"${name}" name is already used for another backend`);
    names.add(name);
  });
  if (mtls?.enabledBackend && !names.has(mtls.enabledBackend))
    add('enabledBackend', 'has to be set to one of the backends in the mesh');
  for (const { dpCert } of backends) {
    const expiration = dpCert?.rotation?.expiration;
    // the lower-case "dpcert" is Kuma's own
    if (expiration !== undefined && !isLifetime(expiration))
      add('dpcert.rotation.expiration', 'has to be a valid format');
  }
  return violations;
}

function constraintViolations({ constraints }: MeshSpec): Violation[] {
  const { requirements = [], restrictions = [] } = constraints?.dataplaneProxy ?? {};
  const of = (kind: string, rules: readonly MembershipRule[]) =>
    rules.flatMap(({ tags }, i) =>
      tagViolations(tags, `constraints.dataplaneProxy.${kind}[${i}].tags`, { areWanted: true, atLeastOne: true }),
    );
  return [...of('requirements', requirements), ...of('restrictions', restrictions)];
}

/** Zone proxies route on the SNI of mesh mTLS. */
function routingViolations({ routing, mtls }: MeshSpec): Violation[] {
  return routing?.zoneEgress && !mtls?.enabledBackend
    ? [{ field: 'mtls', reason: 'has to be set when zoneEgress enabled' }]
    : [];
}

function unsupportedViolations(spec: MeshSpec): Violation[] {
  const violations: Violation[] = [];
  const add = (field: string, reason: string) => violations.push({ field, reason });
  const fields = spec as MeshSpec &
    Record<string, unknown> & { meshServices?: { mode?: string }; routing?: Record<string, unknown> };
  if (saysSomething(fields.routing?.defaultForbidMeshExternalServiceAccess))
    add(
      'routing.defaultForbidMeshExternalServiceAccess',
      `${NOT_SUPPORTED}, there are no MeshExternalServices to forbid`,
    );
  const mode = fields.meshServices?.mode;
  if (mode) add('meshServices.mode', `${mode} ${NOT_SUPPORTED}, use Disabled`);
  return violations;
}

/** In Kuma the time that reading the CA's certificates may take; here every zone has them in memory. */
export function rootChainWarnings({ spec }: Resource<MeshSpec>): string[] {
  return (spec.mtls?.backends ?? []).flatMap(({ rootChain }, i) =>
    rootChain?.requestTimeout === undefined
      ? []
      : [
          `mtls.backends[${i}].rootChain.requestTimeout: has no effect, zones have the certificates of the CA in memory`,
        ],
  );
}

/** What only counts when it is stored: no change of CA under traffic, the length of the name, and CAs that can be. */
export function admitMesh({ name, spec }: Resource<MeshSpec>, before: Resource<MeshSpec> | undefined): Violation[] {
  const violations: Violation[] = [];
  const was = before?.spec.mtls?.enabledBackend;
  const is = spec.mtls?.enabledBackend;
  if (was && is && was !== is) {
    const reason = 'Changing CA when mTLS is enabled is forbidden. Disable mTLS first and then change the CA';
    violations.push({ field: 'mtls.enabledBackend', reason });
  }
  if (!before && name.length > 63) violations.push({ field: 'name', reason: 'cannot be longer than 63 characters' });
  return [...violations, ...caViolations(name, spec.mtls?.backends)];
}
