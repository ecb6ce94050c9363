import type { HeaderMatcherJson } from '../xds/gen/envoy/config/route/v3/route_components_pb.d.ts';
import { subdomainFaults } from '../resource/name.ts';
import type { Violation } from '../resource/violation.ts';
import type { ClientMatch } from './rules.ts';

/** What is wrong with a match. @param field its path, `spec.rules[0].matches[0]`. */
export function clientMatchViolations({ spiffeID, sni }: ClientMatch, field: string): Violation[] {
  if (!spiffeID && !sni) return [{ field, reason: "must specify at least one of 'spiffeID' or 'sni'" }];
  const violations: Violation[] = [];
  // a prefix may end in a slash, where Kuma's must not: what it means is then one trust domain or path and no longer one
  const fault =
    spiffeID && spiffeIdFault(spiffeID.type === 'Prefix' ? spiffeID.value.replace(/\/$/, '') : spiffeID.value);
  if (fault !== undefined)
    violations.push({ field: `${field}.spiffeID`, reason: `must be a valid Spiffe ID: ${fault}` });
  const reasons = sni?.value === '' ? ['must be set'] : sni ? subdomainFaults(sni.value) : [];
  return [...violations, ...reasons.map((reason) => ({ field: `${field}.sni.value`, reason }))];
}

/** What is wrong with a SPIFFE ID, in the words of SPIFFE's Go library. */
function spiffeIdFault(id: string): string | undefined {
  if (id === '') return 'cannot be empty';
  const [, rest] = /^spiffe:\/\/(.*)$/s.exec(id) ?? [];
  if (rest === undefined) return 'scheme is missing or invalid';
  const [domain = '', ...segments] = rest.split('/');
  if (!/^[a-z0-9._-]*$/.test(domain))
    return 'trust domain characters are limited to lowercase letters, numbers, dots, dashes, and underscores';
  if (domain === '') return 'trust domain is missing';
  for (const [i, segment] of segments.entries()) {
    if (!/^[a-zA-Z0-9._-]*$/.test(segment))
      return 'path segment characters are limited to letters, numbers, dots, dashes, and underscores';
    if (segment === '')
      return i === segments.length - 1 ? 'path cannot have a trailing slash' : 'path cannot contain empty segments';
    if (segment === '.' || segment === '..') return 'path cannot contain dot segments';
  }
  return undefined;
}

/** Matches the header in which an inbound with mTLS tells whose certificate the client has: `By=…;URI=…;URI=…`. */
export function clientCertificate({ type, value }: NonNullable<ClientMatch['spiffeID']>): HeaderMatcherJson {
  const uri = literalRegex(value);
  const regex = type === 'Exact' ? `(.*;)?URI=${uri}(;.*)?` : `(.*;)?URI=${uri}.*`;
  return { name: 'x-forwarded-client-cert', stringMatch: { safeRegex: { regex } } };
}

/** A regular expression (RE2) that matches just this text. */
export function literalRegex(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&');
}

/** Specific first: with a SPIFFE ID, exact before prefix, longer prefixes first, then with an SNI, everybody last. */
export function compareMatches(a: ClientMatch | undefined, b: ClientMatch | undefined): number {
  return (
    Number(Boolean(b?.spiffeID)) - Number(Boolean(a?.spiffeID)) ||
    Number(b?.spiffeID?.type === 'Exact') - Number(a?.spiffeID?.type === 'Exact') ||
    prefixLength(b) - prefixLength(a) ||
    Number(Boolean(b?.sni)) - Number(Boolean(a?.sni))
  );
}

function prefixLength(match: ClientMatch | undefined): number {
  return match?.spiffeID?.type === 'Prefix' ? match.spiffeID.value.length : 0;
}

/** Is every client of `narrow` one of `broad` too? (Exact ⊂ Prefix ⊂ absent; the same for SNI.) */
export function subsumes(broad: ClientMatch | undefined, narrow: ClientMatch | undefined): boolean {
  const wanted = broad?.spiffeID;
  const given = narrow?.spiffeID;
  const spiffe =
    !wanted ||
    (given !== undefined &&
      (wanted.type === 'Prefix'
        ? given.value.startsWith(wanted.value)
        : given.type === 'Exact' && given.value === wanted.value));
  return spiffe && (!broad?.sni || broad.sni.value === narrow?.sni?.value);
}
