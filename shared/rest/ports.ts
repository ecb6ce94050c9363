import type { Author, EventType, LogEvent } from '../event/event.ts';
import type { Destinations, MatchedPolicies } from '../policy/rules.ts';
import type { ResourceDescriptor } from '../resource/descriptor.ts';
import type { Registry } from '../resource/registry.ts';
import type { Origin, Resource, ResourceKey } from '../resource/resource.ts';
import type { Role } from '../resource/role.ts';
import type { Violation } from '../resource/violation.ts';
import type { Access } from './accessLists.ts';

/** A resource under the name its author gave it, and who wrote it. */
export interface Stored {
  readonly resource: Resource;
  readonly version: number;
  readonly origin: Origin;
}

/** Reads what the control plane knows. Secrets come opened: `spec.data`. */
export interface ResourceReader {
  /** Every resource of that key: two writers may use the same name. */
  get(key: ResourceKey): Promise<readonly Stored[]>;
  /** All of a type, in one mesh or in all; in any order. */
  list(type: string, mesh?: string): Promise<readonly Stored[]>;
}

export interface Put {
  readonly descriptor: ResourceDescriptor;
  /** Parsed, checked, labels computed; both times are the time of the write. */
  readonly resource: Resource;
  /** Secrets that were taken out of it: part of the same change, whatever is there now. */
  readonly secrets?: readonly Resource[];
  /** What the checks saw, `undefined` when there was none: the write holds upon that alone. */
  readonly existing: Stored | undefined;
  readonly author: Author;
}

export interface Written {
  readonly status: 'created' | 'updated' | 'unchanged';
  readonly warnings?: readonly string[];
  /** Position of the policy log after it, where it went there. */
  readonly position?: number;
}

interface Removal {
  readonly descriptor: ResourceDescriptor;
  readonly key: ResourceKey;
  readonly expectedVersion: number;
  readonly author: Author;
}

/** Several resources that are written together. */
interface PutAll {
  readonly puts: readonly Omit<Put, 'author'>[];
  /** What is deleted with them; only of types that are in the policy log. */
  readonly removals?: readonly Omit<Removal, 'author'>[];
  readonly author: Author;
  /** Throws when the author's conditions do not hold; not asked of a request that was answered before. */
  readonly precondition: () => void;
  /** A request that comes again with the same key gets the answer of the first: `body` tells whether it is the same. */
  readonly idempotency?: { readonly key: string; readonly body: string };
}

export interface WrittenTogether {
  /** One for each put, in order. */
  readonly statuses: readonly Written['status'][];
  /** Id of the change, and the position of its last event; absent when nothing was appended. */
  readonly change?: string;
  readonly position?: number;
}

/**
 * Writes to the log that this control plane owns. When a promise resolves, the reader knows (read your writes).
 * Both throw VersionConflict when somebody was faster, and Unavailable when the log does not answer.
 */
export interface ResourceWriter {
  /** A Mesh comes with all it needs: signing key, CA, default policies. */
  put(put: Put): Promise<Written>;
  /** All of them as one change, or none. Absent where the log knows no changes of several. */
  putAll?(change: PutAll): Promise<WrittenTogether>;
  /** A Mesh takes everything in it along. */
  delete(removal: Removal): Promise<{ readonly position?: number }>;
}

/** Who is asking. */
export interface Caller {
  readonly user: string;
  readonly groups: readonly string[];
}

/** @throws Error when the user token is wrong, too old or revoked; the reason is logged, not told. */
export type VerifyUserToken = (token: string) => Promise<{ readonly name: string; readonly groups: readonly string[] }>;

/** The policy engine, asked about what is stored. */
export interface Inspector {
  /** Of every policy type that matched something of the proxy. */
  matchedPolicies(dataplane: Stored): Promise<readonly MatchedPolicies[]>;
  /** What their `to` entries come to, of every policy type that has any. */
  destinations(dataplane: Stored): Promise<readonly Destinations[]>;
  /** The Dataplanes that a policy selects with its top-level targetRef. */
  dataplanesOf(policy: Stored): Promise<readonly Stored[]>;
  /** The xDS that the zone gives the proxy, without secrets; absent on global. @returns `undefined` when it never connected */
  config?(
    dataplane: Stored,
    /** `shadow`: as if policies that are only shadows took effect. */
    options?: { readonly shadow?: boolean },
  ): Promise<ProxyConfig | undefined>;
}

/** type URL → name → resource */
export type ProxyConfig = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** A write that is thought about, not made. */
export interface ProposedWrite {
  readonly key: ResourceKey;
  /** `null`: deleted. */
  readonly resource: Resource | null;
}

/**
 * Tries writes without making them: which proxies' configurations they would change together, and how, as JSON patches. Rejects when
 * the signal aborts: it is much work, and nobody waits for it any more.
 */
export type DryRun = (
  writes: readonly ProposedWrite[],
  signal?: AbortSignal,
) => Promise<readonly { readonly proxy: Stored; readonly diff: readonly unknown[] }[]>;

/** Asks a proxy's Envoy through its admin port. Throws when it does not answer. */
export interface EnvoyAdmin {
  /** `/config_dump` as JSON text. */
  xds(proxy: Stored, options: { readonly includeEds: boolean }): Promise<string>;
  stats(proxy: Stored, options: { readonly json: boolean; readonly usedOnly: boolean }): Promise<string>;
  clusters(proxy: Stored, options: { readonly json: boolean }): Promise<string>;
}

/** Signs Kuma's three kinds of tokens. Throws an error named SigningKeyNotFound when there is nothing to sign with. */
export interface TokenIssuer {
  dataplane(request: {
    readonly name: string;
    readonly mesh: string;
    readonly tags: Readonly<Record<string, readonly string[]>>;
    readonly type: string;
    readonly workload: string;
    /** Absent: ten years. */
    readonly validForMs?: number;
  }): Promise<string>;
  zone(request: {
    readonly zone: string;
    readonly scope: readonly string[];
    readonly validForMs?: number;
  }): Promise<string>;
  user(request: {
    readonly name: string;
    readonly groups: readonly string[] | null;
    readonly validForMs: number;
  }): Promise<string>;
}

/** What a zone's nats-server joins the hub with. */
export interface ZoneCredential {
  /** Says what the holder of the private half of the key may do; the hub's servers verify it by themselves. */
  readonly jwt: string;
  /** RFC 3339. */
  readonly expiresAt: string;
  /** Where the hub takes the zones' servers. */
  readonly hubUrl: string;
  /** PEM of the CA that the hub's certificate is of. */
  readonly ca: string;
}

/** Lets zones in. Throws an error named TokenRefused when the zone token does not hold. */
export interface ZoneCredentials {
  issue(request: {
    readonly zone: string;
    /** Zone token. */
    readonly token: string;
    /** Public nkey that the zone made. */
    readonly userKey: string;
  }): Promise<ZoneCredential>;
}

export interface LogQuery {
  /** Positions greater than this. */
  readonly after?: number;
  /** Positions less than this. */
  readonly before?: number;
  readonly order: 'asc' | 'desc';
  readonly limit: number;
  readonly type?: string;
  readonly mesh?: string;
  readonly name?: string;
  readonly user?: string;
  /** Id of a change. */
  readonly change?: string;
  readonly event?: EventType;
}

/** The policy log, for whoever wants to know who changed what. */
export interface LogReader {
  /** At most `limit` events, in the order asked for. `total`: how many match without the limit, where that is cheap. */
  read(query: LogQuery): Promise<{ readonly items: readonly LogEvent[]; readonly total?: number }>;
  /** Events after a position as they are committed, without end, until the signal aborts. */
  follow(
    query: Omit<LogQuery, 'limit' | 'order' | 'before'> & { readonly after: number },
    signal: AbortSignal,
  ): AsyncIterable<LogEvent>;
}

/** How changes get on in the zones and at the proxies; the answers are shown as they are. */
export interface RolloutReader {
  /** Newest first. */
  list(query: { readonly limit: number; readonly before?: number }): Promise<readonly object[]>;
  get(changeId: string): Promise<object | undefined>;
}

/** Every zone with position, lag, digest, whether it is in sync, and why not. */
interface SyncReader {
  zones(): Promise<readonly object[]>;
}

/** What `GET /` and `GET /config` tell of this instance. */
export interface About {
  /** Ours; the contract is that of a release of Kuma. */
  readonly version: string;
  readonly hostname: string;
  readonly instanceId: string;
  /** A UUID made once on global; empty until a zone knows it. */
  readonly clusterId: () => Promise<string>;
  /** Path of the GUI, empty without one. */
  readonly gui: string;
  /** The configuration, secrets masked. `store.type` is shown by kumactl and the GUI. */
  readonly config: () => object;
}

/** Everything the contract needs of its shell. What is optional is answered as not there. */
export interface RestDeps {
  readonly registry: Registry;
  readonly role: Role;
  readonly reader: ResourceReader;
  readonly writer: ResourceWriter;
  /** Rules of a write that need more than the resource itself: a provided CA must be one. */
  readonly admit?: (resource: Resource) => Promise<readonly Violation[]>;
  readonly about: About;
  /** RFC 3339. */
  readonly now: () => string;
  /** Requests from this host are an admin. */
  readonly localhostIsAdmin: boolean;
  readonly access: Access;
  /** Resources are not written here, whatever their type. */
  readonly readOnly: boolean;
  readonly verifyUserToken?: VerifyUserToken;
  /** Port of the virtual IPs in a zone, shown in ServiceInsights. */
  readonly vipPort: (zone: string) => number;
  readonly tokens?: TokenIssuer;
  readonly zoneCredentials?: ZoneCredentials;
  readonly inspector?: Inspector;
  readonly envoyAdmin?: EnvoyAdmin;
  readonly dryRun?: DryRun;
  readonly log?: LogReader;
  readonly rollouts?: RolloutReader;
  readonly sync?: SyncReader;
  /** Told of every error that has no answer of its own (500). */
  readonly onError: (error: unknown, request: { readonly method: string; readonly path: string }) => void;
}
