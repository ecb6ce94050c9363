import type { Role } from './role.ts';
import type { Violation } from './violation.ts';

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const DNS_1035 = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;
const MESH_REFERENCE = /^[0-9a-z\-_.]*$/;

export const NOT_A_SUBDOMAIN =
  "invalid characters. A lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";

const TOO_LONG = 'value length must less or equal 253';

/** Types whose names become part of host names, so that a name which is no DNS label deserves a warning. */
const NAMES_IN_DNS = new Set(['Mesh', 'Zone', 'MeshService', 'MeshMultiZoneService', 'MeshExternalService']);

/** A name that is given in a zone must leave room for `<zone>.`. */
export function roomViolations({ name }: { readonly name: string }, role: Role): Violation[] {
  return role.mode === 'zone' && `${role.zone}.${name}`.length >= 253
    ? [{ field: 'name', reason: 'the length of the name must be shorter' }]
    : [];
}

/** A name is a lowercase RFC 1123 subdomain of at most 253 characters. */
export function nameViolations(
  key: { readonly name: string; readonly mesh: string },
  scope: 'Mesh' | 'Global',
): Violation[] {
  const violations: Violation[] = [];
  const add = (field: string, reason: string) => violations.push({ field, reason });
  if (!key.name) add('name', 'cannot be empty');
  else if (key.name.length > 253) add('name', TOO_LONG);
  else if (!isSubdomain(key.name)) add('name', NOT_A_SUBDOMAIN);
  if (scope === 'Mesh' && !key.mesh) add('mesh', 'cannot be empty');
  else if (key.mesh.length > 253) add('mesh', TOO_LONG);
  else if (!MESH_REFERENCE.test(key.mesh))
    add('mesh', "invalid characters. Valid characters are numbers, lowercase latin letters and '-', '_', '.' symbols.");
  return violations;
}

/** A lowercase RFC 1123 subdomain of any length. */
export function isSubdomain(text: string): boolean {
  return SUBDOMAIN.test(text);
}

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';

/** What is wrong with a host name, in the words of Kubernetes, which Kuma passes on. */
export function subdomainFaults(text: string): string[] {
  return [
    ...(text.length > 253 ? ['must be no more than 253 bytes'] : []),
    ...(isSubdomain(text)
      ? []
      : [
          `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${LABEL}(\\.${LABEL})*')`,
        ]),
  ];
}

/** A DNS-1035 label: lowercase letters, digits and `-`, beginning with a letter, at most 63. */
export function isDns1035Label(text: string): boolean {
  return DNS_1035.test(text);
}

const DNS_LABEL = '[a-z]([-a-z0-9]*[a-z0-9])?';
const NOT_DNS_1035 = `a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '${DNS_LABEL}')`;

/** What Kuma says of a name that 3.0 will refuse, with each write. */
export function nameWarnings({ type, name }: { readonly type: string; readonly name: string }): string[] {
  if (!NAMES_IN_DNS.has(type)) return [];
  const faults = [
    ...(name.length > 63 ? ['must be no more than 63 bytes'] : []),
    ...(new RegExp(`^${DNS_LABEL}$`).test(name) ? [] : [NOT_DNS_1035]),
  ];
  if (faults.length === 0) return [];
  return [
    `Invalid ${type} resource name: '${name}'. It does not conform to the DNS format (RFC 1035). This is deprecated. Errors: ${faults.join('; ')}`,
  ];
}
