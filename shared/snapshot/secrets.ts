import { caSource, decodeBase64, inlinePem } from '../resource/mesh/providedCa.ts';
import { builtinCaSecrets, type CaBackend, enabledBackend, type MeshSpec } from '../resource/mesh/spec.ts';
import type { SecretSpec } from '../resource/secret/spec.ts';
import { SERVICELESS_PORT } from '../view/localInbounds.ts';
import type { View } from '../view/view.ts';
import { caSecretName, identitySecretName } from '../xds/names.ts';
import type { ResourceSet } from '../xds/resourceSet.ts';
import { certificateSecret, trustSecret } from '../xds/secret.ts';
import type { Sidecar } from './sidecar.ts';

/**
 * Adds identity and trust of a mesh with mTLS. What is not there yet is left out: Envoy waits for it over SDS, so
 * nothing is ever sent in the clear or accepted unchecked meanwhile. A proxy that neither serves nor calls needs none.
 */
export function addSecrets(
  set: ResourceSet,
  { proxy, dataplane, outbounds, direct, metrics, mesh, memo }: Sidecar,
  view: View,
): void {
  const serves = (dataplane.spec.networking.inbound ?? []).some((inbound) => inbound.port !== SERVICELESS_PORT);
  if (!mesh.mtls || !(serves || metrics || outbounds.length > 0 || direct.size > 0)) return;
  if (proxy.identity) {
    const name = identitySecretName(mesh.name);
    set.put('secret', name, certificateSecret(name, proxy.identity.certificateChainPem, proxy.identity.privateKeyPem));
  }
  const pem = trustedCaPem(view, mesh.name, proxy.identity?.signedByFile);
  if (pem)
    set.put(
      'secret',
      caSecretName(mesh.name),
      memo.of(`trust|${mesh.name}|${pem}`, () => trustSecret(caSecretName(mesh.name), pem)),
    );
}

/**
 * CA certificates of all of the mesh's backends, the enabled one first: while backends are changed, both the old and the
 * new are trusted. `undefined` when none is readable.
 * @param fromFile certificate of the enabled backend, where it is a file of the control plane's machine
 */
function trustedCaPem(view: View, mesh: string, fromFile?: string): string | undefined {
  const spec = view.get({ type: 'Mesh', mesh: '', name: mesh })?.resource.spec as MeshSpec | undefined;
  const enabled = enabledBackend(spec);
  if (!enabled) return undefined;
  const others = (spec?.mtls?.backends ?? []).filter((backend) => backend !== enabled);
  const pems = [fromFile ?? caPem(view, mesh, enabled), ...others.map((backend) => caPem(view, mesh, backend))].flatMap(
    (pem) => pem?.trim() ?? [],
  );
  return pems.length > 0 ? `${[...new Set(pems)].join('\n')}\n` : undefined;
}

/** Names of the Secrets that trust is made of. */
export function caSecretNames(spec: MeshSpec | undefined, mesh: string): Set<string> {
  return new Set((spec?.mtls?.backends ?? []).flatMap((backend) => caSecretOf(mesh, backend) ?? []));
}

function caPem(view: View, mesh: string, backend: CaBackend): string | undefined {
  const inline = backend.type === 'provided' ? inlinePem(caSource(backend, 'cert') ?? {}) : undefined;
  if (inline) return inline;
  const name = caSecretOf(mesh, backend);
  const spec = name ? (view.get({ type: 'Secret', mesh, name })?.resource.spec as SecretSpec | undefined) : undefined;
  return spec?.data && decodeBase64(spec.data);
}

function caSecretOf(mesh: string, backend: CaBackend): string | undefined {
  if (backend.type === 'builtin') return builtinCaSecrets(mesh, backend.name).certificate;
  return backend.type === 'provided' ? caSource(backend, 'cert')?.secret : undefined;
}
