import type { DataplaneSpec } from '../dataplane/spec.ts';
import type { Tags } from '../tags.ts';
import type { Violation } from '../violation.ts';
import type { MeshSpec } from './spec.ts';

/** In a constraint: the tag is there, whatever its value. */
const ANY = '*';

/**
 * Why a Dataplane may not be a member of a mesh (`constraints` of the Mesh): the tags of its gateway and of each inbound must
 * satisfy one of the requirements, where there are some, and none of the restrictions.
 */
export function membershipViolations(mesh: string, { constraints }: MeshSpec, dataplane: DataplaneSpec): Violation[] {
  const { requirements = [], restrictions = [] } = constraints?.dataplaneProxy ?? {};
  const violations: Violation[] = [];
  for (const [field, tags] of tagSets(dataplane)) {
    const refuse = (why: string) =>
      violations.push({ field, reason: `dataplane cannot be a member of mesh "${mesh}": ${why}` });
    if (requirements.length > 0 && !requirements.some((one) => matches(one.tags, tags)))
      refuse('its tags satisfy none of the requirements of the mesh');
    if (restrictions.some((one) => matches(one.tags, tags))) refuse('its tags are restricted by the mesh');
  }
  return violations;
}

function tagSets({ networking: { gateway, inbound = [] } }: DataplaneSpec): [field: string, Tags][] {
  if (gateway) return [['networking.gateway.tags', gateway.tags]];
  return inbound.map(({ tags = {} }, i) => [`networking.inbound[${i}].tags`, tags]);
}

function matches(wanted: Tags, tags: Tags): boolean {
  return Object.entries(wanted).every(([name, value]) =>
    value === ANY ? Object.hasOwn(tags, name) && tags[name] !== '' : tags[name] === value,
  );
}
