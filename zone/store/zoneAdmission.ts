import type { Resource } from '../../shared/resource/resource.ts';
import type { Violation } from '../../shared/resource/violation.ts';
import type { ZoneSpec } from '../../shared/resource/zone/spec.ts';

/** The Zone that a zone keeps is its own and has no switch: `enabled` is for global, which decides whether a zone takes part. */
export function zoneAdmission(zone: string): (resource: Resource) => Promise<readonly Violation[]> {
  return async ({ type, name, spec }) => {
    if (type !== 'Zone') return [];
    if (name !== zone)
      return [{ field: 'name', reason: `this is the control plane of zone ${zone}, write other zones on global` }];
    if ((spec as ZoneSpec).enabled === false)
      return [{ field: 'enabled', reason: 'a zone is switched off on the global control plane' }];
    return [];
  };
}
