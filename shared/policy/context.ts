import type { ClusterJson } from '../xds/gen/envoy/config/cluster/v3/cluster_pb.d.ts';

/** What an effect may know of the world besides the parts it edits; part of every memo key. */
export interface EffectContext {
  readonly mesh: string;
  readonly zone: string;
  /** Mesh mTLS is on. */
  readonly mtls: boolean;
  /** Tags of the proxy's inbounds, pooled. */
  readonly proxyTags: Readonly<Record<string, readonly string[]>>;
  /**
   * The cluster for a share of an outbound's traffic, with its name, made by the snapshot (mTLS, SNI, EDS). Extra `tags`
   * make a subset cluster `<service>-<hash>` (policies §5.2). `undefined`: the mesh has no such service.
   */
  backend(
    service: string,
    tags: Readonly<Record<string, string>>,
  ): { name: string; cluster: ClusterJson; protocol: string } | undefined;
}
