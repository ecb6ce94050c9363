import { DeliverPolicy, type JsMsg } from '@nats-io/jetstream';
import { nuid } from '@nats-io/transport-node';
import { resourceSchema } from '../../shared/event/message.ts';
import { Quarantine } from '../../shared/event/quarantine.ts';
import { ZONE_STATUS, type ZoneStatus, zoneStatusSchema } from '../../shared/event/status.ts';
import { isEncoded, zoneOfSubject } from '../../shared/event/subject.ts';
import { fromZoneMessage } from '../../shared/event/zoneMessage.ts';
import type { Registry } from '../../shared/resource/registry.ts';
import { View } from '../../shared/view/view.ts';
import type { HubConnection } from '../relay/natsConnection.ts';
import { type Clock, runningAt, timeOf } from './clock.ts';

/** A zone control plane's last report, and when it came by our clock that only runs. */
export interface Report {
  readonly status: ZoneStatus;
  readonly receivedAt: number;
  /** The time of day then, RFC 3339. */
  readonly reportedAt: string;
  /** When its position was last seen to grow, by our clock that only runs. */
  readonly progressedAt: number;
}

export interface ZoneFollower {
  /** What the zones say of themselves: origin is the zone. */
  readonly view: View;
  /** Zone → instance → last report. */
  readonly reports: ReadonlyMap<string, ReadonlyMap<string, Report>>;
  /** What of a zone's messages this version of global cannot take; the rest goes on. */
  aside(zone: string): Pick<Quarantine, 'list' | 'size'>;
  onReport(listener: (zone: string, status: ZoneStatus) => void): void;
  stop(): void;
}

type ZoneSubject = NonNullable<ReturnType<typeof zoneOfSubject>>;

const STREAM = 'ZONES';
const NOTHING = { list: [], size: 0 };
const RETRY_MS = 250;
const WATCH_MS = 2_000;
/** Every start of a control plane has an id of its own: those of the past are not remembered for ever. */
const FORGET_MS = 3_600_000;

/** Folds the logs of all zones, as the hub gathers them in `ZONES`. Held in memory only: every start folds them anew. */
export function followZones(
  { js, jsm }: HubConnection,
  registry: Registry,
  clock: Clock,
  onError: (error: Error) => void,
): ZoneFollower {
  const view = new View();
  const reports = new Map<string, Map<string, Report>>();
  /** `zone/instance` → its last report, by its own clock, also of zones that were deleted, and when it came. */
  const heard = new Map<string, { readonly at: string; readonly receivedAt: number }>();
  const listeners = new Set<(zone: string, status: ZoneStatus) => void>();
  const asides = new Map<string, Quarantine>();
  let position = 0;
  let seen = -1;
  let old = 0;
  let stopped = false;
  let current: { close(): unknown } | undefined;

  const take = (message: JsMsg) => {
    // The zone is who the hub says it is: the subject is made by the hub, the body by the zone.
    const subject = zoneOfSubject(message.subject);
    if (!subject) throw new Error('its subject names no zone and resource');
    const aside = asides.get(subject.zone) ?? new Quarantine();
    try {
      fold(subject, message);
      aside.remove(STREAM, message.subject);
    } catch (error) {
      const { message: reason } = error as Error;
      aside.put({ stream: STREAM, sequence: message.seq, subject: message.subject, reason });
      asides.set(subject.zone, aside);
      throw error;
    }
  };
  /** A zone's nats-server that has gone bad put it below another zone's prefix: it is to reach no copy that is made anew. */
  const expel = async ({ seq, subject }: JsMsg) => {
    await jsm.streams.deleteMessage(STREAM, seq);
    onError(new Error(`${subject} of the zones' stream is deleted: no zone writes there`));
  };
  const fold = ({ zone, key }: ZoneSubject, message: JsMsg) => {
    const body = message.string();
    if (key.type === ZONE_STATUS) {
      const resource = body === '' ? null : resourceSchema.parse(JSON.parse(body));
      if (!resource) forget(zone, key.name);
      else keep(zone, key.name, zoneStatusSchema.parse(resource.spec), message);
      return;
    }
    const resource = fromZoneMessage(registry, { zone, key, body });
    const owned = resource && { ...resource, labels: { ...resource.labels, 'kuma.io/zone': zone } };
    view.apply({ origin: zone, key, resource: owned, version: message.seq });
  };
  const forget = (zone: string, instance: string) => {
    const ofZone = reports.get(zone);
    ofZone?.delete(instance);
    // A zone that was deleted has no insight either.
    if (ofZone?.size === 0) reports.delete(zone);
  };
  const keep = (zone: string, instance: string, status: ZoneStatus, message: JsMsg) => {
    const ofZone = reports.get(zone) ?? new Map<string, Report>();
    const before = ofZone.get(instance);
    const id = `${zone}/${instance}`;
    const last = heard.get(id);
    // A zone's log that is gathered anew says again what control planes said that are gone.
    const isRepeated = last?.at === status.at;
    // What lay in the stream when we came may be of a control plane that is long gone.
    const arrived = message.seq <= old ? runningAt(clock, message.time.getTime()) : clock.running();
    const receivedAt = isRepeated ? last.receivedAt : arrived;
    if (!last) for (const [other, { receivedAt: at }] of heard) if (receivedAt - at > FORGET_MS) heard.delete(other);
    heard.set(id, { at: status.at, receivedAt });
    const reportedAt = timeOf(clock, receivedAt);
    const grew = !before || status.position > before.status.position;
    const progressedAt = grew ? receivedAt : before.progressedAt;
    reports.set(zone, ofZone.set(instance, { status, receivedAt, reportedAt, progressedAt }));
    for (const listener of listeners) listener(zone, status);
  };

  const open = async () => {
    while (!stopped) {
      try {
        // Later on, what we have not seen was written just now.
        if (position === 0) old = (await jsm.streams.info(STREAM)).state.last_seq;
        const consumer = await js.consumers.getPushConsumer(STREAM, {
          deliver_policy: DeliverPolicy.StartSequence,
          opt_start_seq: position + 1,
          // Of its own: under a shared subject what another global instance is sent would arrive here too.
          deliver_prefix: `_INBOX.follow.ZONES.${nuid.next()}`,
        });
        const messages = await consumer.consume();
        current = messages;
        for await (const message of messages) {
          position = message.seq;
          try {
            if (isEncoded(message.subject)) take(message);
            else await expel(message);
          } catch (error) {
            onError(new Error(`${message.subject} of the zones' stream is set aside: ${(error as Error).message}`));
          }
        }
      } catch (error) {
        const NO_STREAM = 10_059; // no zone has ever greeted
        if (!stopped && (error as { code?: number }).code !== NO_STREAM) onError(error as Error);
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  };
  const watch = async () => {
    // More may be read while the hub answers: that is no stream that lost its files.
    const before = position;
    const { state } = await jsm.streams.info(STREAM);
    const isBehind = state.last_seq > position && seen === position;
    const isAnew = state.last_seq < before;
    seen = position;
    if (isAnew) {
      position = 0;
      asides.clear();
    }
    if (isBehind || isAnew) current?.close();
  };
  const timer = setInterval(() => void watch().catch(() => {}), WATCH_MS);
  void open();
  return {
    view,
    reports,
    aside: (zone) => asides.get(zone) ?? NOTHING,
    onReport: (listener) => listeners.add(listener),
    stop: () => {
      stopped = true;
      clearInterval(timer);
      current?.close();
    },
  };
}
