import type { Proxy } from '../../shared/snapshot/proxy.ts';
import type { Snapshot, XdsKind } from '../../shared/xds/snapshot.ts';

/** What a new stream says of itself in its first request. */
export interface StreamOpening {
  readonly nodeId: string;
  /** `node.metadata` as plain JSON. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** The raw token of the `authorization` header, empty when there is none. */
  readonly token: string;
  readonly peer: string;
}

/**
 * Decides on each new stream: authenticates, registers the Dataplane, and gives the proxy. Rejecting closes the stream
 * with that error's message.
 */
export type Admit = (opening: StreamOpening) => Promise<Proxy>;

/** An answer of a proxy to something we sent. */
export interface Acknowledgement {
  readonly proxyId: string;
  readonly kind: XdsKind;
  /** Absent: accepted. */
  readonly error?: string;
}

export interface AdsEvents {
  /** The stream is open and admitted; a snapshot should be set for it now. */
  connected(proxy: Proxy): void;
  /** The proxy's last stream is gone (a newer stream of the same proxy replaces an older one silently). */
  disconnected(proxy: Proxy): void;
  acknowledged(acknowledgement: Acknowledgement): void;
}

/** Counters for DataplaneInsight, per kind. */
export interface KindCounters {
  readonly sent: number;
  readonly acknowledged: number;
  readonly rejected: number;
}

export interface AdsServer {
  /** The gRPC server of the dp-server port hands streams to it. */
  readonly proxies: ReadonlyMap<string, Proxy>;
  /**
   * Sets what a connected proxy shall have. Sends only what differs from what it has; at most one push is in flight per
   * proxy and kind, later ones merge. `tag` names the newest change in it.
   * @returns resolves when the proxy acknowledged all of it (true) or rejected some (false), or is gone (undefined).
   */
  setSnapshot(proxyId: string, snapshot: Snapshot): Promise<boolean | undefined>;
  snapshotOf(proxyId: string): Snapshot | undefined;
  counters(proxyId: string): Readonly<Record<XdsKind, KindCounters>> | undefined;
  /** Ends the streams of a proxy (token revoked, Dataplane deleted). */
  disconnect(proxyId: string, reason: string): void;
}
