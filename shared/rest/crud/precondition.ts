import { PreconditionFailed } from '../errors.ts';
import type { RestRequest } from '../http.ts';
import type { Stored } from '../ports.ts';

/** Names the version of a resource in conditional requests. */
export function etagOf({ version }: Pick<Stored, 'version'>): string {
  return `"${version}"`;
}

/**
 * `If-Match` with the ETag that was read, or `*` for one that is there; `If-None-Match: *` for one that is not: RFC 9110,
 * section 13. Ours, Kuma knows no conditions. @throws PreconditionFailed
 */
export function requirePrecondition(
  { headers }: Pick<RestRequest, 'headers'>,
  stored: Pick<Stored, 'version'> | undefined,
): void {
  const current = stored && etagOf(stored);
  const wanted = headers['if-match'];
  if (wanted !== undefined && !names(wanted, current))
    throw new PreconditionFailed(
      current ? `it is at ${current} now, read it again and decide anew` : 'it does not exist (any more)',
    );
  const unwanted = headers['if-none-match'];
  if (unwanted !== undefined && names(unwanted, current))
    throw new PreconditionFailed(`it exists already, at ${current}`);
}

/** Does `If-Match` with that value hold? */
export function isAt(condition: string, stored: Pick<Stored, 'version'> | undefined): boolean {
  return names(condition, stored && etagOf(stored));
}

/** Is that what the client holds? */
export function isKnown({ headers }: Pick<RestRequest, 'headers'>, stored: Pick<Stored, 'version'>): boolean {
  const known = headers['if-none-match'];
  return known !== undefined && names(known, etagOf(stored));
}

function names(condition: string, etag: string | undefined): boolean {
  if (etag === undefined) return false;
  const listed = condition.split(',').map((one) => one.trim().replace(/^W\//, ''));
  return listed.includes('*') || listed.includes(etag);
}
