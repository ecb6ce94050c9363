import { createHash, randomBytes, X509Certificate } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { certificatesIn } from '../../runtime/certificate/readCertificate.ts';
import { type CaMaterial, EC_P256, makeRoot, vouchFor, YEAR_MS } from '../../runtime/certificate/root.ts';
import { replaceFile } from '../../runtime/file/replaceFile.ts';
import { secretFile } from '../../runtime/file/secretFile.ts';

const LIFETIME_MS = 10 * YEAR_MS;
/** The next one is made so long before the end: whoever starts from then on trusts both, and few run for longer without a restart. */
const NEXT_BEFORE_MS = 2 * YEAR_MS;

/** Whose CA it is: of a server of the zone, or of its proxies' admin APIs and of who asks them. */
export type CaName = 'dp-server' | 'leaf' | 'envoy-admin';

/** A CA of the zone's own servers. */
export interface ZoneCa {
  /** The newest: it signs. */
  readonly signing: CaMaterial;
  /** PEM of what clients are to trust: the former ones that have not ended yet, and the newest last. */
  readonly trusted: string;
  /** PEM of certificates of the newest that the former ones signed: shown with it, it is trusted by who knows only a former one. */
  readonly vouchers: string;
}

/** File with what clients are to trust. */
export function caFile(folder: string, name: CaName): string {
  return join(folder, `${name}.crt`);
}

/** Tells CAs apart. @param trusted as of `ZoneCa` @returns the id of the newest */
export function caId(trusted: string): string {
  return createHash('sha256')
    .update(certificatesIn(trusted).at(-1) ?? '')
    .digest('hex')
    .slice(0, 16);
}

/**
 * The CA as it is now in its folder, which all control planes of the zone share: made there when there is none, and followed by the next
 * one two years before it ends. `<name>-ca-<n>.key` (mode 0600) holds the n-th with its key, `<name>.crt` what clients are to trust.
 */
export async function zoneCa(folder: string, name: CaName, now: Date): Promise<ZoneCa> {
  adopt(folder, name);
  const kept = newest(folder, name);
  const isDue = !kept || endOf(kept.text) - now.getTime() <= NEXT_BEFORE_MS;
  return published(folder, name, isDue ? await makeNext(folder, name, kept, now) : kept.text, now);
}

/** Is there one? */
export function hasCa(folder: string, name: CaName): boolean {
  return serials(folder, name).length > 0;
}

/** Makes the next one now, as when the key of the one before may be known to others. Control planes that run use it within seconds. */
export async function makeNextCa(folder: string, name: CaName, now: Date): Promise<ZoneCa> {
  adopt(folder, name);
  return published(folder, name, await makeNext(folder, name, newest(folder, name), now), now);
}

/** Has nobody trust the former ones any more who starts from now on; servers no longer show that those vouch for the newest. */
export function dropFormerCas(folder: string, name: CaName, now: Date): ZoneCa {
  const kept = newest(folder, name);
  if (!kept) throw new Error(`there is no CA of the ${name} in ${folder}`);
  const { signing } = parsed(kept.text, now);
  const text = signing.privateKeyPem + signing.certificatePem;
  replaceFile(fileOf(folder, name, kept.serial), text);
  return published(folder, name, text, now);
}

interface Kept {
  readonly serial: number;
  /** Its key, its certificate, and those of former CAs and what they signed. */
  readonly text: string;
}

/** Of two control planes that make the next at once both use the same. @returns its text */
async function makeNext(folder: string, name: CaName, former: Kept | undefined, now: Date): Promise<string> {
  const next = await makeRoot({
    // Each is called otherwise: a certificate whose issuer is called as itself counts as self-signed.
    name: `CN=Meridian zone ${randomBytes(4).toString('hex')}`,
    algorithm: EC_P256,
    lifetimeMs: LIFETIME_MS,
    now,
  });
  const before = former && parsed(former.text, now);
  const texts = [next.privateKeyPem, next.certificatePem];
  if (before) texts.push(await vouchFor(next, before.signing), before.vouchers, before.trusted);
  return secretFile(fileOf(folder, name, (former?.serial ?? 0) + 1), () => texts.map(ended).join(''));
}

function published(folder: string, name: CaName, text: string, now: Date): ZoneCa {
  const ca = parsed(text, now);
  const file = caFile(folder, name);
  if (!existsSync(file) || readFileSync(file, 'utf8') !== ca.trusted) replaceFile(file, ca.trusted, 0o644);
  const last = newest(folder, name)?.serial ?? 0;
  for (const serial of serials(folder, name)) if (serial < last) rmSync(fileOf(folder, name, serial), { force: true });
  return ca;
}

function parsed(text: string, now: Date): ZoneCa {
  const [own = '', ...others] = certificatesIn(text).map(ended);
  const standing = others.filter((pem) => endOf(pem) > now.getTime());
  const isRoot = (pem: string) => {
    const { issuer, subject } = new X509Certificate(pem);
    return issuer === subject;
  };
  const roots = standing.filter(isRoot);
  return {
    signing: { certificatePem: own, privateKeyPem: ended(text.slice(0, text.indexOf('-----BEGIN CERTIFICATE-----'))) },
    trusted: [...roots, own].join(''),
    vouchers: standing.filter((pem) => !isRoot(pem)).join(''),
  };
}

function newest(folder: string, name: CaName): Kept | undefined {
  const serial = Math.max(0, ...serials(folder, name));
  return serial === 0 ? undefined : { serial, text: readFileSync(fileOf(folder, name, serial), 'utf8') };
}

function serials(folder: string, name: CaName): number[] {
  if (!existsSync(folder)) return [];
  const pattern = new RegExp(`^${name}-ca-(\\d+)\\.key$`);
  return readdirSync(folder)
    .flatMap((file) => pattern.exec(file)?.[1] ?? [])
    .map(Number);
}

/** The one and only CA of an older version, in two files, becomes the first. */
function adopt(folder: string, name: CaName): void {
  const [certificate, key] = [caFile(folder, name), join(folder, `${name}.key`)];
  if (!existsSync(key) || !existsSync(certificate)) return;
  const text = () => ended(readFileSync(key, 'utf8')) + ended(readFileSync(certificate, 'utf8'));
  if (serials(folder, name).length === 0) secretFile(fileOf(folder, name, 1), text);
  rmSync(key, { force: true });
}

function fileOf(folder: string, name: CaName, serial: number): string {
  return join(folder, `${name}-ca-${serial}.key`);
}

/** Milliseconds since 1970 when the first certificate of a PEM text ends. */
function endOf(text: string): number {
  return new X509Certificate(certificatesIn(text)[0] ?? '').validToDate.getTime();
}

function ended(pem: string): string {
  return pem === '' ? '' : `${pem.trim()}\n`;
}
