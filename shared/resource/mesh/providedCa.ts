import { camelCased } from '../protoJson.ts';
import type { Resource } from '../resource.ts';
import type { SecretSpec } from '../secret/spec.ts';
import type { Violation } from '../violation.ts';
import type { CaBackend, MeshSpec } from './spec.ts';

/** Where a part of a provided CA is: exactly one of these says it. */
export interface DataSource {
  /** Name of a Secret of the mesh. */
  readonly secret?: string;
  /** Base64. */
  readonly inline?: string;
  readonly inlineString?: string;
  /** Path on the machine of the control plane that issues certificates. */
  readonly file?: string;
}

export const KINDS = ['secret', 'file', 'inline', 'inlineString'] as const;
export const PARTS = ['cert', 'key'] as const;

/** What `conf` says of a part; what is `null` there it does not say. */
export function caSource({ conf }: CaBackend, part: 'cert' | 'key'): DataSource | undefined {
  const source = conf?.[part];
  return source !== null && typeof source === 'object' ? (camelCased(source) as DataSource) : undefined;
}

/** What is given inline, as text; `undefined` when it is elsewhere. */
export function inlinePem({ inline, inlineString }: DataSource): string | undefined {
  if (inlineString) return inlineString;
  return inline ? decodeBase64(inline) : undefined;
}

/** Names of the Secrets that a provided CA is made of. */
export function providedCaSecrets(backend: CaBackend): string[] {
  if (backend.type !== 'provided') return [];
  return [caSource(backend, 'cert')?.secret, caSource(backend, 'key')?.secret].filter((name) => name !== undefined);
}

/** What is wrong with `conf` of a provided CA, as far as it can be seen without what it names. @param field path of `conf` */
export function providedCaViolations(backend: CaBackend, field: string): Violation[] {
  return PARTS.flatMap((part): Violation[] => {
    const at = `${field}.${part}`;
    const source = caSource(backend, part);
    if (!source) return [{ field: at, reason: 'has to be defined' }];
    const given = KINDS.filter((kind) => source[kind] !== undefined);
    const kind = given[0];
    if (kind === undefined || given.length > 1)
      return [{ field: at, reason: 'data source has to be chosen. Available sources: secret, file, inline' }];
    if (typeof source[kind] !== 'string' || source[kind] === '')
      return [{ field: `${at}.${kind}`, reason: 'cannot be empty' }];
    if (kind === 'inline' && decodeBase64(source.inline ?? '') === undefined)
      return [{ field: `${at}.inline`, reason: 'has to be base64; as text it goes into inlineString' }];
    return [];
  });
}

/** Name of the Secret that keeps the key of a provided CA whose author wrote it into the Mesh. */
function keySecret(mesh: string, backend: string): string {
  return `${mesh}.ca-provided-key-${backend}`;
}

/**
 * A Mesh as it is kept: whoever may read it must not read the key of its CA, and a log keeps what it was told for ever. So an
 * inline key becomes a Secret of the mesh, and the Mesh names that.
 */
export function withoutKeys(mesh: Resource<MeshSpec>): {
  resource: Resource<MeshSpec>;
  secrets: Resource<SecretSpec>[];
} {
  const { mtls } = mesh.spec;
  const secrets: Resource<SecretSpec>[] = [];
  const backends = mtls?.backends?.map((backend) => {
    const pem = inlineKey(backend);
    if (pem === undefined) return backend;
    const name = keySecret(mesh.name, backend.name);
    secrets.push({ ...mesh, type: 'Secret', mesh: mesh.name, name, labels: {}, spec: { data: encodeBase64(pem) } });
    return { ...backend, conf: { ...backend.conf, key: { secret: name } } };
  });
  if (secrets.length === 0) return { resource: mesh, secrets };
  return { resource: { ...mesh, spec: { ...mesh.spec, mtls: { ...mtls, backends } } }, secrets };
}

/** Tells who wrote a key into a Mesh where it went. */
export function keptKeyWarnings({ name, spec }: Resource<MeshSpec>): string[] {
  return (spec.mtls?.backends ?? []).flatMap((backend, i) =>
    inlineKey(backend) === undefined
      ? []
      : [
          `mtls.backends[${i}].conf.key: is kept in the Secret "${keySecret(name, backend.name)}", which the Mesh now names`,
        ],
  );
}

function inlineKey(backend: CaBackend): string | undefined {
  const source = backend.type === 'provided' ? caSource(backend, 'key') : undefined;
  return source && inlinePem(source);
}

/** UTF-8, standard alphabet or the one for URLs; `undefined` when it is no base64. */
export function decodeBase64(text: string): string | undefined {
  try {
    const bytes = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    return new TextDecoder().decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
  } catch {
    return undefined;
  }
}

function encodeBase64(text: string): string {
  return btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''));
}
