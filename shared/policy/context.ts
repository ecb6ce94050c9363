import type { Backends } from '../resource/mesh/backends.ts';
import type { ClusterJson } from '../xds/gen/envoy/config/cluster/v3/cluster_pb.d.ts';
import type { ListenerJson } from '../xds/gen/envoy/config/listener/v3/listener_pb.d.ts';
import type { ResourceSet } from '../xds/resourceSet.ts';

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
   * make a subset cluster `<service>-<hash>`. `undefined`: the mesh has no such service.
   */
  backend(
    service: string,
    tags: Readonly<Record<string, string>>,
  ): { name: string; cluster: ClusterJson; protocol: string } | undefined;
}

/** What an effect upon a whole proxy may know besides. */
export interface ProxyContext extends EffectContext {
  /** The service that the proxy counts as, and the address that others know it by. */
  readonly service: string;
  readonly address: string;
  /** KRI of the Workload that its label names; empty without. */
  readonly workload: string;
  /** Where it writes what goes elsewhere by TCP; `undefined` when nobody would take it from there. */
  readonly accessLogPipe: string | undefined;
  /** Listeners through which others call it, and through which it calls, with the service that is called. */
  readonly inbounds: readonly ServiceListener[];
  readonly outbounds: readonly ServiceListener[];
  /** Where the mesh says that access logs and traces may go. */
  readonly logging: Backends | undefined;
  readonly tracing: Backends | undefined;
  /** Listeners are shared by proxies: an edit is made once for all for whom its `key` is the same, or for this proxy alone. */
  readonly editListener: { readonly shared: EditListener; readonly own: EditListener };
}

/** Edits a copy and puts it in the set in its place. @param key names all that the change depends on */
export type EditListener = (set: ResourceSet, name: string, key: string, change: (copy: ListenerJson) => void) => void;

interface ServiceListener {
  readonly listener: string;
  readonly service: string;
}
