import { setTimeout as sleep } from 'node:timers/promises';
import type { JsMsg } from '@nats-io/jetstream';
import type { EventReader } from '../../shared/event/message.ts';
import { type Refill, ZONE_STATUS } from '../../shared/event/status.ts';
import { keyOfSubject, UP_PREFIX, zoneOfSubject } from '../../shared/event/subject.ts';
import { fromZoneMessage } from '../../shared/event/zoneMessage.ts';
import { canonicalJson } from '../../shared/resource/json.ts';
import type { Registry } from '../../shared/resource/registry.ts';
import { GLOBAL, type Resource, type ResourceKey } from '../../shared/resource/resource.ts';
import type { ZoneIngressStatus } from '../../shared/resource/zoneingress/spec.ts';
import { type Changed, type Entry, View } from '../../shared/view/view.ts';
import { follow, type Following } from './follow.ts';
import type { Keyring } from './keyring.ts';
import type { LeafConnection } from './leafConnection.ts';
import type { LocalCopy } from './localCopy.ts';
import { isUnrooted, removeUnrooted, unroot, writeAnew } from './lostStream.ts';
import { PolicyLog } from './policyLog.ts';
import type { Applied, Replica, ZoneLog } from './ports.ts';
import { Quarantine, type Quarantined } from './quarantine.ts';

export interface ReplicaDeps {
  readonly leaf: LeafConnection;
  readonly zone: string;
  readonly log: ZoneLog;
  readonly registry: Registry;
  readonly keyring: Keyring;
  readonly copy: LocalCopy;
  /** What this version understands of the policy log. */
  readonly reader: EventReader;
  readonly now: () => Date;
  readonly onError: (error: Error) => void;
}

/** A message of a zone came, its own one or another. */
export interface SignOfLife {
  readonly zone: string;
  /** The control plane that reported; absent: the message is no report. */
  readonly instance?: string;
  /** When it was written, by the clock of the zone's nats-server. */
  readonly at: Date;
}

export interface NatsReplica extends Replica {
  readonly quarantined: readonly Quarantined[];
  /** The last time that it filled itself anew. */
  readonly refill: () => Refill | undefined;
  /**
   * Fills the policy part of the view and the copy on disk anew from the mirror; the view serves as it is until that is complete.
   * When that did not help, the mirror itself is made anew: a server that comes back can pass over a message. Not at once again
   * after the last one.
   */
  refillFromMirror(why: string): void;
  readonly logId: () => string;
  /** Secrets whose key has not come. */
  readonly waitingForKeys: () => number;
  /** Calls back with every message of a zone. Returns the function that ends it. */
  onSignOfLife(listener: (sign: SignOfLife) => void): () => void;
  /** Notes in the view what was found out about an ingress of another zone; its next message that says something new takes it away. */
  markIngress(entry: Entry, status: ZoneIngressStatus): void;
  /** Begins to follow the zone's own log (and the mirrors once `followMirrors` is called). */
  start(): void;
  followMirrors(): void;
  /** The first fill goes at least so far in the policy log: global has told its head. */
  expect(head: number): void;
  stop(): void;
}

const SAVE_MS = 250;
const FILL_POLL_MS = 10;
const RETRY_MS = 500;
/** What the other zones say must have come by then after our copy of it was lost; what has not is gone. */
const PEERS_REFILL_MS = 30_000;
/** A refill that did not help is not begun again at once: the mirror itself may be wrong. */
const REFILL_PAUSE_MS = 10_000;
/** The view differs again so soon after a refill: the mirror was wrong, and is made anew after a shorter pause. */
const HELPED_MS = 60_000;
const MIRROR_PAUSE_MS = 2_000;

/** Folds the policy log, the zone's own log and the other zones' ingresses into one view. */
export function natsReplica(deps: ReplicaDeps): NatsReplica {
  const { leaf, zone, log, registry, keyring, copy, reader, now, onError } = deps;
  const view = new View();
  const quarantine = new Quarantine();
  const listeners = new Set<(applied: Applied) => void>();
  const emit = (changes: readonly Changed[], of?: Applied['change']) => {
    if (changes.length === 0 && !of) return;
    const applied: Applied = { changes, position: policy.position, ...(of ? { change: of } : {}) };
    for (const listener of listeners) listener(applied);
  };
  const policy = new PolicyLog({ view, keyring, copy, reader, quarantine, applied: emit, onError });
  const signListeners = new Set<(sign: SignOfLife) => void>();
  const followings: Following[] = [];
  const waiting: { readonly sequence: number; readonly resolve: () => void }[] = [];
  let events: Following | undefined;
  let refill: Refill | undefined;
  let remade = false;
  let stopped = false;
  let expected = 0;
  let zoneReady = false;
  let zonePosition = 0;
  let policyReady = policy.load();

  const setAside = (stream: string, message: JsMsg, error: unknown) => {
    const reason = (error as Error).message;
    quarantine.put({ stream, sequence: message.seq, subject: message.subject, reason });
    onError(new Error(`${stream} ${message.seq} (${message.subject}) is set aside: ${reason}`));
  };

  const onGrant = (message: JsMsg) => {
    try {
      policy.grant(message.subject.split('.').at(-1) ?? '', message.string());
      quarantine.remove('KEYS', message.subject);
    } catch (error) {
      setAside('KEYS', message, error);
    }
  };

  const onZoneMessage = (stream: 'ZONE' | 'PEERS') => (message: JsMsg) => {
    try {
      const peer = stream === 'PEERS' ? zoneOfSubject(message.subject) : undefined;
      const key = stream === 'ZONE' ? keyOfSubject(UP_PREFIX, message.subject) : peer?.key;
      const origin = stream === 'ZONE' ? zone : peer?.zone;
      if (!key || origin === undefined) throw new Error('its subject names no resource');
      if (stream === 'ZONE') zonePosition = message.seq;
      if (stream === 'PEERS' && origin === zone) return; // our own ingresses come back through the hub
      const isStatus = key.type === ZONE_STATUS;
      const sign = { zone: origin, at: message.time, ...(isStatus ? { instance: key.name } : {}) };
      for (const listener of signListeners) listener(sign);
      if (isStatus) return; // is for global
      const resource = fromZoneMessage(registry, { zone: origin, key, body: message.string() });
      quarantine.remove(stream, message.subject);
      if (resource && saysTheSame(key, origin, resource)) return view.touch(key, origin, message.seq);
      const changed = view.apply({ origin, key, resource, version: message.seq });
      if (changed) emit([changed]);
    } catch (error) {
      setAside(stream, message, error);
    } finally {
      while (waiting[0] && waiting[0].sequence <= zonePosition) waiting.shift()?.resolve();
    }
  };

  /**
   * Ingresses are written again as a sign of life, proxies when they move to another control plane; and what came from a stream
   * that was lost comes once more.
   */
  const saysTheSame = (key: ResourceKey, origin: string, resource: Resource) => {
    const entry = view.get(key, origin);
    if (!entry || (key.type !== 'ZoneIngress' && key.type !== 'Dataplane' && !isUnrooted(entry))) return false;
    return canonicalJson(entry.resource) === canonicalJson(resource);
  };

  const isOurs = (origin: string) => origin === zone;
  const isPeers = (origin: string) => origin !== GLOBAL && origin !== zone;
  let peersLostAt = Number.NaN;

  const writeAnewOrRetry = async (entries: readonly Entry[]) => {
    for (;;) {
      try {
        return await writeAnew(view, log, entries);
      } catch (error) {
        if (leaf.nats.isClosed()) return;
        onError(error as Error);
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  };

  const onOwnLogLost = () => {
    zonePosition = 0;
    void writeAnewOrRetry(unroot(view, isOurs));
  };

  const onPeersLost = () => {
    unroot(view, isPeers);
    peersLostAt = Date.now();
  };

  const onPeersCaughtUp = () => {
    if (!(Date.now() - peersLostAt > PEERS_REFILL_MS)) return;
    peersLostAt = Number.NaN;
    emit(removeUnrooted(view, isPeers));
  };

  const timer = setInterval(() => {
    try {
      policy.save();
    } catch (error) {
      onError(error as Error);
    }
  }, SAVE_MS);

  /**
   * A mirror that is still filling has nothing pending now and then, and may say that it does not lag: a fill is complete when it
   * reaches what global had when it greeted us, and what it holds last has come here.
   */
  async function fillComplete() {
    if (policyReady && !refilling()) return;
    const { mirror, state } = await leaf.jsm.streams.info('EVENTS');
    if (!mirror || mirror.lag > 0 || mirror.active < 0 || state.last_seq < expected) return;
    const last = await leaf.jsm.streams.getMessage('EVENTS', { last_by_subj: '>' });
    if (!last || !events || events.position() < last.seq) return;
    policy.flush();
    policyReady ||= policy.position > 0;
    if (refill && refilling() && policy.endRefill()) refill = { ...refill, finishedAt: now().toISOString() };
  }

  /** Nothing tells when a mirror has become full, so it is asked. */
  async function firstFill() {
    while (!policyReady && !stopped) {
      await fillComplete().catch(onError);
      await sleep(FILL_POLL_MS);
    }
  }

  function refilling(): boolean {
    return refill !== undefined && refill.finishedAt === undefined;
  }

  return {
    view,
    get quarantined() {
      return quarantine.list;
    },
    refill: () => refill,
    refillFromMirror: (why) => {
      const last = refill?.finishedAt;
      const since = last ? now().getTime() - Date.parse(last) : Number.POSITIVE_INFINITY;
      const mirrorIsWrong = since < HELPED_MS;
      const pause = mirrorIsWrong && !remade ? MIRROR_PAUSE_MS : REFILL_PAUSE_MS;
      if (!events || refilling() || since < pause) return;
      remade = mirrorIsWrong;
      const from = mirrorIsWrong ? 'the hub, since the mirror did not help' : 'the mirror';
      onError(new Error(`the policy part of the view is filled anew from ${from}: ${why}`));
      refill = { startedAt: now().toISOString(), reason: why, count: (refill?.count ?? 0) + 1 };
      policy.beginRefill();
      // What is missing is made again, from its beginning, by whoever keeps the zone joined.
      if (mirrorIsWrong) leaf.jsm.streams.delete('EVENTS').catch(onError);
      events.again();
    },
    onSignOfLife: (listener) => {
      signListeners.add(listener);
      return () => signListeners.delete(listener);
    },
    markIngress: ({ origin, resource, version }, status) => {
      const marked = { ...resource, status };
      const changed = view.apply({ origin, key: resource, resource: marked, version, again: true });
      if (changed) emit([changed]);
    },
    position: () => policy.position,
    digest: () => policy.digest,
    ready: () => policyReady && zoneReady,
    logId: () => policy.logId,
    waitingForKeys: () => policy.waitingForKeys,
    onApplied: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    applied: (sequence) =>
      sequence <= zonePosition ? Promise.resolve() : new Promise((resolve) => waiting.push({ sequence, resolve })),
    start: () => {
      followings.push(
        follow({
          leaf,
          stream: 'ZONE',
          after: 0,
          onMessage: onZoneMessage('ZONE'),
          onCaughtUp: () => {
            zoneReady = true;
          },
          onRecreated: onOwnLogLost,
          onError,
        }),
      );
    },
    expect: (head) => {
      expected = head;
    },
    followMirrors: () => {
      events = follow({
        leaf,
        stream: 'EVENTS',
        after: policy.position,
        keepsNumbers: true,
        onMessage: (message) =>
          policy.take(message.seq, {
            subject: message.subject,
            headers: headersOf(message),
            body: message.string(),
          }),
        onCaughtUp: () => void fillComplete().catch(onError),
        onRecreated: () => {},
        onError,
      });
      followings.push(
        follow({
          leaf,
          stream: 'KEYS',
          after: 0,
          onMessage: onGrant,
          onCaughtUp: () => {},
          onRecreated: () => {},
          onError,
        }),
        follow({
          leaf,
          stream: 'PEERS',
          after: 0,
          onMessage: onZoneMessage('PEERS'),
          onCaughtUp: onPeersCaughtUp,
          onRecreated: onPeersLost,
          onError,
        }),
        events,
      );
      void firstFill();
    },
    stop: () => {
      stopped = true;
      clearInterval(timer);
      for (const following of followings) following.stop();
      policy.flush();
      policy.save();
      copy.close();
    },
  };
}

function headersOf(message: JsMsg): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, values] of message.headers ?? []) headers[name] = values[0] ?? '';
  return headers;
}
