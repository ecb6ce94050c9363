import type { ClusterJson } from '../xds/gen/envoy/config/cluster/v3/cluster_pb.d.ts';

/**
 * What an effect may know of the world besides the parts it edits. Nothing of the proxy: what is built for a destination serves
 * all proxies with the same rules.
 */
export interface EffectContext {
  readonly mesh: string;
  readonly zone: string;
  /** Mesh mTLS is on. */
  readonly mtls: boolean;
  /**
   * The cluster for a share of an outbound's traffic, with its name, made by the snapshot (mTLS, SNI, EDS). Extra `tags`
   * make a subset cluster `<service>-<hash>` (policies §5.2). `undefined`: the mesh has no such service.
   */
  backend(
    service: string,
    tags: Readonly<Record<string, string>>,
  ): { name: string; cluster: ClusterJson; protocol: string } | undefined;
}
