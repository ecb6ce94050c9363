import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fmtCreds } from '@nats-io/jwt';
import type { KeyPair } from '@nats-io/nkeys';
import { z } from 'zod';
import { replaceFile } from '../../runtime/file/replaceFile.ts';

/** What the zone knows of its place at the hub. */
const membershipSchema = z.object({
  /** Where the hub takes the zones' servers. */
  hubUrl: z.string(),
  /** RFC 3339, of the credential. */
  issuedAt: z.string(),
  expiresAt: z.string(),
});
export type Membership = z.infer<typeof membershipSchema>;

const CREDENTIAL = 'hub.creds';
const MEMBERSHIP = 'hub.json';
const CA = 'hub-ca.crt';

/** File with the credential that the zone's nats-server joins the hub with. */
export function credentialFile(folder: string): string {
  return join(folder, CREDENTIAL);
}

/** File with the CAs that the hub's certificate may be of. */
export function hubCaFile(folder: string): string {
  return join(folder, CA);
}

/** @returns undefined when the zone never joined. */
export function readMembership(folder: string): Membership | undefined {
  const file = join(folder, MEMBERSHIP);
  if (!existsSync(file) || !existsSync(credentialFile(folder))) return undefined;
  return membershipSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
}

/** Keeps a credential for starts without global. The nats-server reads it at its next connection. */
export function keepCredential(
  folder: string,
  { jwt, ca }: { readonly jwt: string; readonly ca: string },
  key: KeyPair,
  membership: Membership,
): void {
  const caFile = hubCaFile(folder);
  if (!existsSync(caFile) || readFileSync(caFile, 'utf8') !== ca) replaceFile(caFile, ca);
  replaceFile(credentialFile(folder), new TextDecoder().decode(fmtCreds(jwt, key)));
  replaceFile(join(folder, MEMBERSHIP), `${JSON.stringify(membership, null, 2)}\n`);
}
