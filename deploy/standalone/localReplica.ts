import { openDataKey } from '../../global/secret/secretSealer.ts';
import type { PolicyLog } from '../../global/command/openPolicyLog.ts';
import type { LogEvent } from '../../shared/event/event.ts';
import { Quarantine, type Quarantined } from '../../shared/event/quarantine.ts';
import { eventSubject } from '../../shared/event/subject.ts';
import { upcastEvent } from '../../shared/event/upcast.ts';
import { keyOf, keyText } from '../../shared/resource/resource.ts';
import { sealedIn } from '../../shared/resource/secret/sealedIn.ts';
import { type Changed, View } from '../../shared/view/view.ts';
import { openSealed } from '../../zone/identity/openGrant.ts';
import type { AddressBook } from '../../zone/lookup/addressBook.ts';
import type { LocalMessage, LocalZoneLog } from '../../zone/replica/localZoneLog.ts';
import { PolicyFold } from '../../zone/replica/policyFold.ts';
import type { Applied, Replica } from '../../zone/replica/ports.ts';

type Deps = {
  readonly policy: Pick<PolicyLog, 'events' | 'keys' | 'keks'>;
  readonly zoneLog: Pick<LocalZoneLog, 'messages' | 'onWritten'>;
  readonly zone: string;
  readonly addresses: AddressBook;
  readonly onError: (error: Error) => void;
};

export interface LocalReplica extends Replica {
  /** Resolves when the view stands at that position of the policy log, or further (read your writes). */
  reached(position: number): Promise<void>;
  /** What of the policy log it could not apply: the latest, and how many there are. */
  readonly quarantined: readonly Quarantined[];
  readonly quarantinedTotal: number;
  /** Why the view does not follow the policy log at present; empty when it does. */
  trouble(): string;
  stop(): void;
}

const PAGE = 500;
const RETRY_MS = 500;
/** As the policy log is called where zones follow it. */
const STREAM = 'EVENTS';

/**
 * Folds both logs of a control plane that is alone into one view: the policy log as it is appended to, the zone log as it is
 * written. Resolves when the view holds what is in both.
 */
export async function localReplica({ policy, zoneLog, zone, addresses, onError }: Deps): Promise<LocalReplica> {
  const { events } = policy;
  const view = new View();
  const dataKeys = new Map<string, Uint8Array>();
  const fold = new PolicyFold(view, {
    open: (sealed, key) => {
      const dataKey = dataKeys.get(sealed.keyId);
      return dataKey && openSealed(sealed, dataKey, key);
    },
  });
  const quarantine = new Quarantine();
  const listeners = new Set<(applied: Applied) => void>();
  const waiting = new Set<{ readonly position: number; readonly resolve: () => void }>();
  let position = 0;

  const emit = (applied: Applied) => {
    for (const listener of listeners) listener(applied);
  };

  /** A secret's key lives only as long as that version of it: one without a key has a successor further on in the log. */
  const readable = async <E extends Pick<LogEvent, 'resource'>>(entries: readonly E[]): Promise<E[]> => {
    const known: E[] = [];
    for (const entry of entries) {
      const keyId = entry.resource ? sealedIn(entry.resource)?.keyId : undefined;
      const dataKey = keyId === undefined ? undefined : await openDataKey(policy.keks, policy.keys, keyId);
      if (keyId !== undefined && dataKey) dataKeys.set(keyId, dataKey);
      if (keyId === undefined || dataKey) known.push(entry);
    }
    return known;
  };

  /** What cannot be applied is set aside; the rest goes on. */
  const applied = (event: Pick<LogEvent, 'key' | 'schema' | 'resource' | 'version' | 'position'>): Changed[] => {
    const subject = eventSubject(event.key);
    try {
      const changed = fold.apply({ ...upcastEvent(event), content: event.resource });
      quarantine.remove(STREAM, subject);
      return changed ? [changed] : [];
    } catch (error) {
      const reason = (error as Error).message;
      fold.passOver({ ...event, content: event.resource });
      quarantine.put({ stream: STREAM, sequence: event.position, subject, reason });
      onError(new Error(`${keyText(event.key)} is set aside: ${reason}`, { cause: error }));
      return [];
    }
  };

  const apply = async (change: readonly LogEvent[], last: LogEvent) => {
    const changes = (await readable(change)).flatMap(applied);
    dataKeys.clear();
    position = last.position;
    emit({ changes, position, change: { id: last.change.id, at: last.at } });
    for (const one of waiting) {
      if (one.position > position) continue;
      waiting.delete(one);
      one.resolve();
    }
  };

  const onZoneMessage = ({ key, resource, sequence }: LocalMessage): Changed | undefined =>
    view.apply({
      origin: zone,
      key: keyOf(key),
      resource: resource && addresses.fill(resource),
      version: sequence,
    });

  let news = Promise.withResolvers<void>();
  const stopListening = events.listen(() => news.resolve());
  const head = await events.head();
  const state = await readable(await events.listAll());
  state.forEach(applied);
  dataKeys.clear();
  position = head;
  for (const message of zoneLog.messages()) onZoneMessage(message);
  const stopZone = zoneLog.onWritten((message) => {
    const changed = onZoneMessage(message);
    if (changed) emit({ changes: [changed], position });
  });

  const stopLookingUp = addresses.follow(view, (changes) => emit({ changes, position }));

  let stopped = false;
  let trouble = '';
  const follow = async () => {
    while (!stopped) {
      // Made before reading, so that a commit during the read is not missed.
      news = Promise.withResolvers<void>();
      try {
        await catchUp();
        trouble = '';
      } catch (error) {
        if (stopped) return;
        trouble = (error as Error).message;
        onError(error as Error);
        setTimeout(() => news.resolve(), RETRY_MS).unref();
      }
      await news.promise;
    }
  };
  const catchUp = async () => {
    let change: LogEvent[] = [];
    for (let cursor = position; ; ) {
      const page = await events.follow(cursor, PAGE);
      for (const event of page) {
        if (stopped) return;
        cursor = event.position;
        change.push(event);
        if (event.change.index < event.change.size - 1) continue;
        await apply(change, event);
        change = [];
      }
      if (page.length < PAGE) return;
    }
  };
  void follow();

  return {
    view,
    position: () => position,
    digest: () => fold.digest,
    ready: () => addresses.settled,
    onApplied: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    // A message is in the view before its write is answered.
    applied: async () => {},
    reached: (wanted) =>
      wanted <= position ? Promise.resolve() : new Promise((resolve) => waiting.add({ position: wanted, resolve })),
    get quarantined() {
      return quarantine.list;
    },
    get quarantinedTotal() {
      return quarantine.size;
    },
    trouble: () => trouble,
    stop: () => {
      stopped = true;
      news.resolve();
      stopListening();
      stopZone();
      stopLookingUp();
    },
  };
}
