import type { Backends } from './backends.ts';
import type { Metrics } from './metrics.ts';

/** A Mesh as parsed. Fields that the product does not act upon yet are kept and shown, see the schema. */
export interface MeshSpec {
  readonly mtls?:
    | {
        readonly enabledBackend?: string | undefined;
        readonly skipValidation?: boolean | undefined;
        readonly backends?: readonly CaBackend[] | undefined;
      }
    | undefined;
  readonly networking?: { readonly outbound?: { readonly passthrough?: boolean | undefined } | undefined } | undefined;
  readonly routing?:
    | { readonly localityAwareLoadBalancing?: boolean | undefined; readonly zoneEgress?: boolean | undefined }
    | undefined;
  readonly constraints?:
    | {
        readonly dataplaneProxy?:
          | {
              readonly requirements?: readonly MembershipRule[] | undefined;
              readonly restrictions?: readonly MembershipRule[] | undefined;
            }
          | undefined;
      }
    | undefined;
  readonly logging?: Backends | undefined;
  readonly tracing?: Backends | undefined;
  readonly metrics?: Metrics | undefined;
  readonly skipCreatingInitialPolicies?: readonly string[] | undefined;
}

/** Tags that a member has to have, or must not have; the value `*` stands for any. */
export interface MembershipRule {
  readonly tags: Readonly<Record<string, string>>;
}

export interface CaBackend {
  readonly name: string;
  readonly type: string;
  readonly mode?: 'STRICT' | 'PERMISSIVE' | undefined;
  readonly dpCert?:
    | {
        readonly rotation?: { readonly expiration?: string | undefined } | undefined;
        /** Seconds, `10s`: how long a proxy's certificate may take. */
        readonly requestTimeout?: string | undefined;
      }
    | undefined;
  /** How long it may take to get the CA's certificate. Without effect, as zones have it in memory; who writes it is told so. */
  readonly rootChain?: { readonly requestTimeout?: string | undefined } | undefined;
  readonly conf?: Readonly<Record<string, unknown>> | undefined;
}

/** The backend that is switched on, if any: mesh mTLS is on exactly when there is one. */
export function enabledBackend(mesh: MeshSpec | undefined): CaBackend | undefined {
  const name = mesh?.mtls?.enabledBackend;
  return name ? mesh?.mtls?.backends?.find((backend) => backend.name === name) : undefined;
}

/** Names of the Secrets that hold a builtin CA, as in Kuma. */
export function builtinCaSecrets(
  mesh: string,
  backend: string,
): { readonly certificate: string; readonly key: string } {
  return { certificate: `${mesh}.ca-builtin-cert-${backend}`, key: `${mesh}.ca-builtin-key-${backend}` };
}
