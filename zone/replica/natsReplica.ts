import type { JsMsg } from '@nats-io/jetstream';
import { HEADER, fromMessage, resourceSchema } from '../../shared/event/message.ts';
import { keyOfSubject, UP_PREFIX, zoneOfSubject } from '../../shared/event/subject.ts';
import type { LogEvent } from '../../shared/event/event.ts';
import { keyText, parseKeyText, type Resource } from '../../shared/resource/resource.ts';
import { type Changed, View } from '../../shared/view/view.ts';
import { follow, type Following } from './follow.ts';
import type { Keyring } from './keyring.ts';
import type { LeafConnection } from './leafConnection.ts';
import type { LocalCopy } from './localCopy.ts';
import { PolicyFold } from './policyFold.ts';
import type { Applied, Replica } from './ports.ts';

/** An event that this version cannot apply, set aside; the rest goes on. */
export interface Quarantined {
  readonly stream: string;
  readonly sequence: number;
  readonly subject: string;
  readonly reason: string;
}

export interface ReplicaDeps {
  readonly leaf: LeafConnection;
  readonly zone: string;
  readonly keyring: Keyring;
  readonly copy: LocalCopy;
  readonly onError: (error: Error) => void;
}

export interface NatsReplica extends Replica {
  readonly quarantined: readonly Quarantined[];
  readonly logId: () => string;
  /** Secrets whose key has not come. */
  readonly waitingForKeys: () => number;
  /** Begins to follow the zone's own log (and the mirrors once `followMirrors` is called). */
  start(): void;
  followMirrors(): void;
  stop(): void;
}

const SAVE_MS = 250;
/** The rest of a change may not come at all (compacted away, or for global only): then what is there is applied. */
const CHANGE_MS = 20;

/** Folds the policy log, the zone's own log and the other zones' ingresses into one view. */
export function natsReplica({ leaf, zone, keyring, copy, onError }: ReplicaDeps): NatsReplica {
  const view = new View();
  const fold = new PolicyFold(view, keyring);
  const listeners = new Set<(applied: Applied) => void>();
  const quarantined: Quarantined[] = [];
  const followings: Following[] = [];
  const waiting: { readonly sequence: number; readonly resolve: () => void }[] = [];
  let position = 0;
  let logId = '';
  let policyReady = false;
  let zoneReady = false;
  let zonePosition = 0;
  let unsaved = {
    entries: new Map<string, { version: number; body: string | undefined }>(),
    grants: new Map<string, string>(),
  };
  let change: LogEvent[] = [];
  let changeTimer: NodeJS.Timeout | undefined;

  const emit = (changes: readonly Changed[], of?: Applied['change']) => {
    if (changes.length === 0 && !of) return;
    const applied: Applied = { changes, position, ...(of ? { change: of } : {}) };
    for (const listener of listeners) listener(applied);
  };

  const setAside = (stream: string, message: JsMsg, error: unknown) => {
    quarantined.push({ stream, sequence: message.seq, subject: message.subject, reason: (error as Error).message });
    onError(new Error(`${stream} ${message.seq} (${message.subject}) is set aside: ${(error as Error).message}`));
  };

  const flush = () => {
    clearTimeout(changeTimer);
    const events = change;
    change = [];
    const last = events.at(-1);
    if (!last) return;
    const changes = events.flatMap((event) => fold.apply(event) ?? []);
    position = Math.max(position, last.position);
    emit(changes, { id: last.change.id, at: last.at });
  };

  const onEvent = (message: JsMsg) => {
    try {
      const event = fromMessage(message.seq, {
        subject: message.subject,
        headers: headersOf(message),
        body: message.string(),
      });
      const from = message.headers?.get(HEADER.log) ?? '';
      if (logId && from !== logId)
        onError(new Error(`the policy stream now comes from the log ${from}, before it was ${logId}`));
      logId = from;
      if (change[0] && change[0].change.id !== event.change.id) flush();
      change.push(event);
      unsaved.entries.set(keyText(event.key), {
        version: event.version,
        body: event.resource ? JSON.stringify(event.resource) : undefined,
      });
      clearTimeout(changeTimer);
      if (event.change.index === event.change.size - 1) flush();
      else changeTimer = setTimeout(flush, CHANGE_MS);
    } catch (error) {
      flush();
      position = Math.max(position, message.seq);
      setAside('EVENTS', message, error);
    }
  };

  const onGrant = (message: JsMsg) => {
    const keyId = message.subject.split('.').at(-1) ?? '';
    try {
      unsaved.grants.set(keyId, message.string());
      if (!keyring.put(keyId, message.string())) return;
      const changed = fold.unlock(keyId);
      if (changed) emit([changed]);
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
      // Our own ingresses come back through the hub, and a status is for global only.
      if ((stream === 'PEERS' && origin === zone) || key.type === 'ZoneStatus') return;
      const body = message.string();
      const resource = body === '' ? null : (resourceSchema.parse(JSON.parse(body)) as Resource);
      const changed = view.apply({ origin, key, resource, version: message.seq });
      if (changed) emit([changed]);
    } catch (error) {
      setAside(stream, message, error);
    } finally {
      while (waiting[0] && waiting[0].sequence <= zonePosition) waiting.shift()?.resolve();
    }
  };

  const forget = (ours: boolean) => () => {
    const gone = [...view.all()].filter(({ origin }) => origin !== '' && (origin === zone) === ours);
    emit(
      gone.flatMap(
        ({ origin, resource }) =>
          view.apply({ origin, key: resource, resource: null, version: Number.MAX_SAFE_INTEGER }) ?? [],
      ),
    );
  };

  const save = () => {
    if (unsaved.entries.size === 0 && unsaved.grants.size === 0) return;
    const batch = unsaved;
    unsaved = { entries: new Map(), grants: new Map() };
    copy.save({ logId, position, ...batch });
  };
  const timer = setInterval(() => {
    try {
      save();
    } catch (error) {
      onError(error as Error);
    }
  }, SAVE_MS);

  loadCopy();

  /** A mirror that is still filling has nothing pending now and then: the first fill is complete when it lags no more. */
  async function firstFillComplete() {
    if (policyReady) return;
    const { mirror } = await leaf.jsm.streams.info('EVENTS');
    if (!mirror || mirror.lag > 0 || mirror.active < 0) return;
    flush();
    policyReady = position > 0;
  }

  function loadCopy() {
    const saved = copy.load();
    if (!saved) return;
    for (const { keyId, body } of saved.grants) keyring.put(keyId, body);
    for (const { key, version, body } of saved.entries) {
      fold.apply({ key: parseKeyText(key), resource: resourceSchema.parse(JSON.parse(body)) as Resource, version });
    }
    position = saved.position;
    logId = saved.logId;
    policyReady = true;
  }

  return {
    view,
    quarantined,
    position: () => position,
    digest: () => fold.digest,
    ready: () => policyReady && zoneReady,
    logId: () => logId,
    waitingForKeys: () => fold.waitingForKeys,
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
          onRecreated: forget(true),
          onError,
        }),
      );
    },
    followMirrors: () => {
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
          onCaughtUp: () => {},
          onRecreated: forget(false),
          onError,
        }),
        follow({
          leaf,
          stream: 'EVENTS',
          after: position,
          onMessage: onEvent,
          onCaughtUp: () => void firstFillComplete().catch(onError),
          onRecreated: () => {},
          onError,
        }),
      );
    },
    stop: () => {
      clearInterval(timer);
      clearTimeout(changeTimer);
      for (const following of followings) following.stop();
      flush();
      save();
      copy.close();
    },
  };
}

function headersOf(message: JsMsg): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, values] of message.headers ?? []) headers[name] = values[0] ?? '';
  return headers;
}
