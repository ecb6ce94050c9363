import type { JsMsg } from '@nats-io/jetstream';
import { keepLooking } from '../../runtime/keepLooking.ts';
import type { EventReader } from '../../shared/event/message.ts';
import { Quarantine, type Quarantined } from '../../shared/event/quarantine.ts';
import type { Refill } from '../../shared/event/status.ts';
import type { Registry } from '../../shared/resource/registry.ts';
import type { ZoneIngressStatus } from '../../shared/resource/zoneingress/spec.ts';
import { type Changed, type Entry, View } from '../../shared/view/view.ts';
import type { AddressBook } from '../lookup/addressBook.ts';
import type { ZoneSealer } from '../identity/zoneSealer.ts';
import { CopyDigests } from './copyDigests.ts';
import { follow, type Following } from './follow.ts';
import type { Keyring } from './keyring.ts';
import type { LeafConnection } from '../leaf/leafConnection.ts';
import type { LocalCopy } from './localCopy.ts';
import { PolicyLog } from './policyLog.ts';
import { PolicyStream } from './policyStream.ts';
import type { Applied, Replica, ZoneLog } from './ports.ts';
import { type SignOfLife, ZoneLogs } from './zoneLogs.ts';

interface ReplicaDeps {
  readonly leaf: LeafConnection;
  readonly zone: string;
  readonly log: ZoneLog;
  readonly sealer: ZoneSealer;
  readonly registry: Registry;
  readonly keyring: Keyring;
  readonly addresses: AddressBook;
  readonly copy: LocalCopy;
  /** What this version understands of the policy log. */
  readonly reader: EventReader;
  readonly now: () => Date;
  readonly onError: (error: Error) => void;
}

export interface NatsReplica extends Replica {
  /** The latest ones that are set aside, and how many there are. */
  readonly quarantined: readonly Quarantined[];
  readonly quarantinedTotal: number;
  /** The last time that it filled itself anew. */
  readonly refill: () => Refill | undefined;
  /**
   * Fills the policy part of the view and the copy on disk anew from the mirror; the view serves as it is until that is complete.
   * When that did not help, the mirror itself is made anew: a server that comes back can pass over a message. Not at once again
   * after the last one.
   */
  refillFromMirror(why: string): void;
  /**
   * Global has this log. When what is here is of another one, the mirror is made anew from the hub; the view serves as it is until
   * that is complete. Not at once again after the last time.
   */
  followLog(logId: string): void;
  readonly logId: () => string;
  /** Of the mirrors besides that of the policy log. */
  readonly copies: CopyDigests;
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
/** A zone whose mirrors were lost while global is away begins without what the other zones said. */
const PEERS_WAIT_MS = 5_000;

/** Folds the policy log, the zone's own log and the other zones' ingresses into one view. */
export function natsReplica(deps: ReplicaDeps): NatsReplica {
  const { leaf, zone, log, sealer, registry, keyring, addresses, copy, reader, now, onError } = deps;
  const view = new View();
  const quarantine = new Quarantine();
  const listeners = new Set<(applied: Applied) => void>();
  const emit = (changes: readonly Changed[], of?: Applied['change']) => {
    if (changes.length === 0 && !of) return;
    const applied: Applied = { changes, position: policy.position, ...(of ? { change: of } : {}) };
    for (const listener of listeners) listener(applied);
  };
  const setAside = (stream: string, message: JsMsg, error: unknown) => {
    const reason = (error as Error).message;
    quarantine.put({ stream, sequence: message.seq, subject: message.subject, reason });
    onError(new Error(`${stream} ${message.seq} (${message.subject}) is set aside: ${reason}`));
  };
  const policy = new PolicyLog({
    view,
    keyring,
    copy,
    reader,
    quarantine,
    applied: emit,
    onOtherLog: (logId) => followLog(logId),
    onError,
  });
  const zones = new ZoneLogs({
    view,
    zone,
    registry,
    log,
    sealer,
    fill: addresses.fill,
    quarantine,
    setAside,
    applied: emit,
    isClosed: () => leaf.nats.isClosed(),
    onError,
  });
  const followings: Following[] = [];
  const policyStream = new PolicyStream({ leaf, policy, now, onError });
  const followLog = (logId: string) => void policyStream.followLog(logId).catch(onError);
  const copies = new CopyDigests();
  let zoneReady = false;
  let stopLookingUp = () => {};
  let peersReady = false;
  let peersWait: NodeJS.Timeout | undefined;

  const onGrant = (message: JsMsg) => {
    try {
      policy.grant(message.subject.split('.').at(-1) ?? '', message.string());
      quarantine.remove('KEYS', message.subject);
    } catch (error) {
      setAside('KEYS', message, error);
    }
  };

  // The next start takes what it finds on disk for complete, and serves with it: a part of the first fill is not written.
  const save = () => {
    if (policyStream.ready) policy.save();
  };
  const ended = new AbortController();
  void keepLooking(async () => save(), { every: SAVE_MS, onError, signal: ended.signal });

  return {
    view,
    get quarantined() {
      return quarantine.list;
    },
    get quarantinedTotal() {
      return quarantine.size;
    },
    refill: () => policyStream.refill,
    refillFromMirror: (why) => policyStream.fillAnew(why),
    followLog,
    onSignOfLife: (listener) => zones.onSignOfLife(listener),
    markIngress: ({ origin, resource, version }, status) => {
      const marked = { ...resource, status: { ...(resource.status ?? {}), ...status } };
      const changed = view.apply({ origin, key: resource, resource: marked, version, again: true });
      if (changed) emit([changed]);
    },
    position: () => policy.position,
    digest: () => policy.digest,
    // A proxy that was given a configuration without services that are there would lose them.
    ready: () => policyStream.ready && zoneReady && peersReady && addresses.settled,
    logId: () => policy.logId,
    copies,
    waitingForKeys: () => policy.waitingForKeys,
    onApplied: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    applied: (sequence) => zones.applied(sequence),
    start: () => {
      peersWait = setTimeout(() => {
        peersReady = true;
      }, PEERS_WAIT_MS);
      stopLookingUp = addresses.follow(view, emit);
      followings.push(
        follow({
          leaf,
          stream: 'ZONE',
          after: 0,
          onMessage: (message) => zones.take('ZONE', message),
          onCaughtUp: () => {
            zoneReady = true;
            zones.ownCaughtUp();
          },
          onRecreated: () => zones.ownLogLost(),
          onError,
        }),
      );
    },
    expect: (head) => policyStream.expect(head),
    followMirrors: () => {
      policyStream.start();
      followings.push(
        follow({
          leaf,
          stream: 'KEYS',
          after: 0,
          onMessage: (message) => {
            copies.of('KEYS').take(message.subject, message.string());
            onGrant(message);
          },
          onCaughtUp: () => {},
          onRecreated: () => copies.of('KEYS').clear(),
          onError,
        }),
        follow({
          leaf,
          stream: 'PEERS',
          after: 0,
          onMessage: (message) => {
            copies.of('PEERS').take(message.subject, message.string());
            zones.take('PEERS', message);
          },
          onCaughtUp: () => {
            peersReady = true;
            zones.peersCaughtUp();
          },
          onRecreated: () => {
            copies.of('PEERS').clear();
            zones.peersLost();
          },
          onError,
        }),
      );
    },
    stop: () => {
      ended.abort();
      clearTimeout(peersWait);
      stopLookingUp();
      policyStream.stop();
      for (const following of followings) following.stop();
      policy.flush();
      try {
        save();
      } catch (error) {
        // What is not written comes again from the mirror.
        onError(error as Error);
      } finally {
        copy.close();
      }
    },
  };
}
