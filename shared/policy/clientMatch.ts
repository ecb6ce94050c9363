import type { HeaderMatcherJson } from '../xds/gen/envoy/config/route/v3/route_components_pb.d.ts';
import type { Violation } from '../resource/violation.ts';
import type { ClientMatch } from './rules.ts';

const SPIFFE_ID = /^spiffe:\/\/[a-z0-9._-]+(\/[a-zA-Z0-9._-]+)*$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** What is wrong with a match. @param field its path, `spec.rules[0].matches[0]`. */
export function clientMatchViolations({ spiffeID, sni }: ClientMatch, field: string): Violation[] {
  if (!spiffeID && !sni) return [{ field, reason: "must specify at least one of 'spiffeID' or 'sni'" }];
  const violations: Violation[] = [];
  // a prefix may end in a slash
  if (spiffeID && !SPIFFE_ID.test(spiffeID.type === 'Prefix' ? spiffeID.value.replace(/\/$/, '') : spiffeID.value))
    violations.push({ field: `${field}.spiffeID.value`, reason: 'must be a valid SPIFFE ID' });
  if (sni && !SUBDOMAIN.test(sni.value))
    violations.push({ field: `${field}.sni.value`, reason: 'must be a valid DNS 1123 subdomain' });
  return violations;
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

/** Specific first: with a SPIFFE ID, exact before prefix, longer prefixes first, then with an SNI, everybody last (policies §2.9). */
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
