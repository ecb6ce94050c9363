import type { JsonObject } from '../../shared/resource/json.ts';
import type { XdsKind } from '../../shared/xds/snapshot.ts';
import type { KindCounters } from '../ads/ports.ts';
import type { IssuedIdentity } from '../identity/identityKeeper.ts';
import type { Versions } from './nodeMetadata.ts';

export type Counters = Readonly<Record<XdsKind, KindCounters>>;

/** One connection of a proxy, as long as this control plane holds it. */
export interface Connection {
  readonly id: string;
  readonly connectTime: string;
  readonly disconnectTime?: string;
  readonly version: Versions;
}

/** Subscriptions kept for a proxy, the newest ones: Kuma's default of `metrics.dataplane.subscriptionLimit`. */
const KEPT_SUBSCRIPTIONS = 2;

/** Kuma's names of the counted kinds; SDS is only in the total. */
const COUNTED: Readonly<Partial<Record<XdsKind, string>>> = {
  cluster: 'cds',
  endpoint: 'eds',
  listener: 'lds',
  route: 'rds',
};

/** A subscription of DataplaneInsight, in the JSON of Kuma's dataplane_insight.proto: counters as texts, zero ones left out. */
export function subscription(
  connection: Connection,
  counters: Counters | undefined,
  instance: string,
  at: string,
): JsonObject {
  const { id, connectTime, disconnectTime, version } = connection;
  return {
    id,
    controlPlaneInstanceId: instance,
    connectTime,
    ...(disconnectTime ? { disconnectTime } : {}),
    status: { lastUpdateTime: at, ...status(counters) },
    version: {
      kumaDp: { kumaCpCompatible: true, ...version.kumaDp } as JsonObject,
      envoy: { kumaDpCompatible: true, ...version.envoy } as JsonObject,
      ...(version.dependencies && { dependencies: version.dependencies }),
    },
  };
}

/**
 * The list with this subscription in its place: it replaces the one of its id, and older ones that are still open are closed. One
 * that was opened later, at another control plane, stays as it is.
 */
export function withSubscription(before: readonly JsonObject[], own: JsonObject, at: string): JsonObject[] {
  const since = (one: JsonObject) => String(one.connectTime);
  const others = before
    .filter(({ id }) => id !== own.id)
    .map((one) => (one.disconnectTime || since(one) > since(own) ? one : { ...one, disconnectTime: at }));
  return [...others, own].sort((a, b) => since(a).localeCompare(since(b))).slice(-KEPT_SUBSCRIPTIONS);
}

/** `mTLS` of DataplaneInsight. */
export function mtls(issued: IssuedIdentity): JsonObject {
  return {
    certificateExpirationTime: new Date(issued.notAfter).toISOString(),
    lastCertificateRegeneration: new Date(issued.issuedAt).toISOString(),
    certificateRegenerations: issued.count,
    issuedBackend: issued.backend,
    supportedBackends: [issued.backend],
  };
}

function status(counters: Counters | undefined): JsonObject {
  const total = { sent: 0, acknowledged: 0, rejected: 0 };
  const kinds: JsonObject = { cds: {}, eds: {}, lds: {}, rds: {} };
  for (const [kind, one] of Object.entries(counters ?? {}) as [XdsKind, KindCounters][]) {
    total.sent += one.sent;
    total.acknowledged += one.acknowledged;
    total.rejected += one.rejected;
    const name = COUNTED[kind];
    if (name) kinds[name] = responses(one);
  }
  return { total: responses(total), ...kinds };
}

function responses({ sent, acknowledged, rejected }: KindCounters): JsonObject {
  return {
    ...(sent ? { responsesSent: String(sent) } : {}),
    ...(acknowledged ? { responsesAcknowledged: String(acknowledged) } : {}),
    ...(rejected ? { responsesRejected: String(rejected) } : {}),
  };
}
