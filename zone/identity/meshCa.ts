import { createHash } from 'node:crypto';
import { goDurationMs } from '../../shared/resource/goDuration.ts';
import { certificateLifetime } from '../../shared/resource/mesh/certificateLifetime.ts';
import { caSource, inlinePem } from '../../shared/resource/mesh/providedCa.ts';
import { builtinCaSecrets, type CaBackend, enabledBackend, type MeshSpec } from '../../shared/resource/mesh/spec.ts';
import type { SecretSpec } from '../../shared/resource/secret/spec.ts';
import type { View } from '../../shared/view/view.ts';
import type { SigningCa } from './issueCertificate.ts';

/** The CA that signs in a mesh with mTLS. */
export interface MeshCa {
  readonly backend: string;
  readonly lifetimeMs: number;
  /** How long issuing may take; `undefined`: as long as it takes. */
  readonly requestTimeoutMs: number | undefined;
  /** Changes with anything that certificates follow from. */
  readonly revision: string;
  /** Absent while its parts are not there, as `missing` says. */
  readonly ca: SigningCa | undefined;
  /** Its certificate, where that is a file of this machine. */
  readonly signedByFile: string | undefined;
  readonly missing: string;
}

const DAY_MS = 24 * 3_600_000;

/** The text of a file on this machine. @throws Error that names it */
export type ReadFile = (path: string) => string;

/** @returns undefined when the mesh has no mTLS. */
export function meshCa(view: View, mesh: string, readFile: ReadFile): MeshCa | undefined {
  const entry = view.get({ type: 'Mesh', mesh: '', name: mesh });
  const backend = enabledBackend(entry?.resource.spec as MeshSpec | undefined);
  if (!backend) return undefined;
  const read = backend.type === 'builtin' ? builtin(view, mesh, backend) : provided(view, mesh, backend, readFile);
  const missing = [read.certificate, read.key].flatMap(({ pem, from, fault }) =>
    pem === undefined ? [fault ?? `${from} is not there`] : [],
  );
  const lifetimeMs = certificateLifetime(backend.dpCert?.rotation?.expiration ?? '') ?? DAY_MS;
  const { pem: certificatePem } = read.certificate;
  const { pem: privateKeyPem } = read.key;
  return {
    backend: backend.name,
    lifetimeMs,
    requestTimeoutMs: requestTimeoutMs(backend),
    revision: hash([backend.name, lifetimeMs, certificatePem ?? '', privateKeyPem ?? '']),
    ca: certificatePem !== undefined && privateKeyPem !== undefined ? { certificatePem, privateKeyPem } : undefined,
    signedByFile: read.certificate.isFile ? certificatePem : undefined,
    missing:
      missing.length > 0
        ? `no certificate can be issued in mesh ${mesh} by its CA backend ${backend.name}: ${missing.join(' and ')}`
        : '',
  };
}

function requestTimeoutMs({ dpCert }: CaBackend): number | undefined {
  const ms = goDurationMs(dpCert?.requestTimeout ?? '');
  return ms === undefined || ms === 0 ? undefined : ms;
}

function hash(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}

interface Part {
  readonly pem: string | undefined;
  /** Where it was looked for. */
  readonly from: string;
  /** Why it is not there, where that is known. */
  readonly fault?: string;
  readonly isFile?: boolean;
}

function builtin(view: View, mesh: string, backend: CaBackend): { certificate: Part; key: Part } {
  const names = builtinCaSecrets(mesh, backend.name);
  return { certificate: secret(view, mesh, names.certificate), key: secret(view, mesh, names.key) };
}

/** `conf.cert` and `conf.key`, each a Secret's name, a file of this machine or given inline: a `DataSource` in Kuma's provided_ca_config.proto. */
function provided(view: View, mesh: string, backend: CaBackend, readFile: ReadFile): { certificate: Part; key: Part } {
  const part = (field: 'cert' | 'key'): Part => {
    const source = caSource(backend, field) ?? {};
    if (source.secret) return secret(view, mesh, source.secret);
    if (source.file) return file(source.file, readFile);
    return { pem: inlinePem(source), from: `conf.${field}` };
  };
  return { certificate: part('cert'), key: part('key') };
}

function file(path: string, readFile: ReadFile): Part {
  const part = { from: `the file ${path}`, isFile: true };
  try {
    return { ...part, pem: readFile(path) };
  } catch (error) {
    return { ...part, pem: undefined, fault: (error as Error).message };
  }
}

function secret(view: View, mesh: string, name: string): Part {
  const data = (view.get({ type: 'Secret', mesh, name })?.resource.spec as SecretSpec | undefined)?.data;
  return {
    pem: data === undefined ? undefined : Buffer.from(data, 'base64').toString('utf8'),
    from: `the Secret ${name}`,
  };
}
