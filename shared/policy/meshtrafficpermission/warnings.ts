import { topLevelDeprecations } from '../deprecations.ts';
import type { MeshTrafficPermissionSpec } from './schema.ts';

const FROM = "'from' field is deprecated and will be removed in 3.0, use 'rules' with MeshIdentity (spiffeId) instead";
const FROM_SERVICE =
  "MeshService value for 'from[].targetRef.kind' is deprecated, use MeshSubset with 'kuma.io/service' instead";

/** Kuma's deprecations; the one of MeshService once for each such entry, as there. */
export function permissionWarnings(spec: MeshTrafficPermissionSpec): string[] {
  const { from = [] } = spec;
  return [
    ...(from.length > 0 ? [FROM] : []),
    ...from.filter(({ targetRef }) => targetRef.kind === 'MeshService').map(() => FROM_SERVICE),
    ...topLevelDeprecations(spec),
  ];
}
