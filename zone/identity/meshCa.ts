import { createHash } from 'node:crypto';
import { goDurationMs } from '../../shared/resource/goDuration.ts';
import { certificateLifetime } from '../../shared/resource/mesh/certificateLifetime.ts';
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
  readonly missing: string;
}

const DAY_MS = 24 * 3_600_000;

/** @returns undefined when the mesh has no mTLS. */
export function meshCa(view: View, mesh: string): MeshCa | undefined {
  const entry = view.get({ type: 'Mesh', mesh: '', name: mesh });
  const backend = enabledBackend(entry?.resource.spec as MeshSpec | undefined);
  if (!backend) return undefined;
  const read = backend.type === 'builtin' ? builtin(view, mesh, backend) : provided(view, mesh, backend);
  const missing = [read.certificate, read.key].flatMap(({ pem, from }) => (pem === undefined ? [from] : []));
  const lifetimeMs = certificateLifetime(backend.dpCert?.rotation?.expiration ?? '') ?? DAY_MS;
  const { pem: certificatePem } = read.certificate;
  const { pem: privateKeyPem } = read.key;
  return {
    backend: backend.name,
    lifetimeMs,
    requestTimeoutMs: requestTimeoutMs(backend),
    revision: hash([backend.name, lifetimeMs, certificatePem ?? '', privateKeyPem ?? '']),
    ca: certificatePem !== undefined && privateKeyPem !== undefined ? { certificatePem, privateKeyPem } : undefined,
    missing:
      missing.length > 0
        ? `no certificate can be issued in mesh ${mesh}: ${missing.join(' and ')} of its CA backend ${backend.name} not there`
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
}

function builtin(view: View, mesh: string, backend: CaBackend): { certificate: Part; key: Part } {
  const names = builtinCaSecrets(mesh, backend.name);
  return { certificate: secret(view, mesh, names.certificate), key: secret(view, mesh, names.key) };
}

/** `conf.cert` and `conf.key`, each a Secret's name or given inline (multizone-and-dataplane §6.1). Files are the operator's to put into a Secret. */
function provided(view: View, mesh: string, backend: CaBackend): { certificate: Part; key: Part } {
  const part = (field: 'cert' | 'key'): Part => {
    const source = (backend.conf?.[field] ?? {}) as {
      readonly secret?: string;
      readonly inline?: string;
      readonly inlineString?: string;
    };
    if (source.secret) return secret(view, mesh, source.secret);
    const pem =
      source.inlineString ??
      (source.inline === undefined ? undefined : Buffer.from(source.inline, 'base64').toString('utf8'));
    return { pem, from: `conf.${field}` };
  };
  return { certificate: part('cert'), key: part('key') };
}

function secret(view: View, mesh: string, name: string): Part {
  const data = (view.get({ type: 'Secret', mesh, name })?.resource.spec as SecretSpec | undefined)?.data;
  return {
    pem: data === undefined ? undefined : Buffer.from(data, 'base64').toString('utf8'),
    from: `the Secret ${name}`,
  };
}
