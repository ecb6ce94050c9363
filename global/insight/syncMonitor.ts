import type { CopyName } from '../../shared/event/copies.ts';
import type { Notice } from '../../shared/event/notice.ts';
import { type Clock, timeOf } from './clock.ts';
import type { Presence } from './giveNotice.ts';
import { type InstanceSync, instanceSync, type SyncFacts, type SyncState } from './syncStatus.ts';
import type { ZoneFollower } from './zoneFollower.ts';
import { type SeenInstance, type ZoneSync, zoneSync } from './zoneSync.ts';

interface SyncMonitorDeps {
  readonly zones: Pick<ZoneFollower, 'reports' | 'onReport' | 'view' | 'aside'>;
  /** What global holds of the log at this moment. */
  readonly facts: () => SyncFacts;
  /** As of `giveNotice`. */
  readonly giveNotice: (zone: string, instance: string, notice: Notice) => Promise<Presence | undefined>;
  /** Copies of the hub's streams in which that control plane lacks something. */
  readonly wrongCopies: (zone: string, instance: string) => readonly CopyName[];
  readonly clock: Clock;
  readonly log: { info(fields: object, text: string): void; warn(fields: object, text: string): void };
}

const TICK_MS = 1_000;
/** A control plane that is silent for so long, twice its heartbeat, is looked for. */
const SILENT_MS = 4_000;

/**
 * Watches the zones' reports: how far each control plane is and since when, and tells one that holds something else than
 * the log. Everything that shows the state of a zone asks here, so that all say the same.
 */
export class SyncMonitor {
  readonly #deps: SyncMonitorDeps;
  /** `zone/instance` → what was last made of it. */
  readonly #seen = new Map<string, { readonly state: SyncState; readonly since: string }>();
  /** Those that are silent: is their connection there? Who is not is not looked for again until it reports. */
  readonly #present = new Map<string, Presence | undefined>();
  readonly #timer: NodeJS.Timeout;

  constructor(deps: SyncMonitorDeps) {
    this.#deps = deps;
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    deps.zones.onReport((zone, { instance }) => {
      this.#present.delete(`${zone}/${instance}`);
      this.#correct(zone, this.#look(zone, instance));
    });
  }

  /** Names of the zones that ever reported. */
  names(): string[] {
    return [...this.#deps.zones.reports.keys()];
  }

  zone(name: string): ZoneSync {
    const { reports, view, aside } = this.#deps.zones;
    const instances = [...(reports.get(name)?.keys() ?? [])].flatMap((instance) => this.#look(name, instance) ?? []);
    const dataplanes = [...view.entriesOfType('Dataplane')].filter(({ origin }) => origin === name).length;
    return zoneSync({ name, dataplanes, aside: aside(name) }, instances);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(zone: string, instance: string): SeenInstance | undefined {
    const report = this.#deps.zones.reports.get(zone)?.get(instance);
    if (!report) return undefined;
    const id = `${zone}/${instance}`;
    const before = this.#seen.get(id);
    const facts = this.#deps.facts();
    const found = instanceSync(report, this.#present.get(id), facts, this.#deps.wrongCopies(zone, instance));
    if (found.state === before?.state) return { ...found, since: before.since };
    const since = timeOf(this.#deps.clock, found.heldSince ?? facts.now);
    this.#seen.set(id, { state: found.state, since });
    this.#tell(zone, found, before?.state);
    return { ...found, since };
  }

  #tell(zone: string, { instance, state, reason, position }: InstanceSync, before: string | undefined): void {
    const fields = { zone, instance, state, position, ...(reason ? { reason } : {}) };
    if (state === 'online') this.#deps.log.info(fields, 'a zone control plane is online');
    else if (before !== undefined) this.#deps.log.warn(fields, `a zone control plane is ${state}`);
  }

  #tick(): void {
    const { now } = this.#deps.facts();
    for (const [zone, instances] of this.#deps.zones.reports) {
      for (const [instance, { receivedAt }] of instances) {
        const found = this.#look(zone, instance);
        if (now - receivedAt > SILENT_MS) void this.#seek(zone, instance);
        else this.#correct(zone, found);
      }
    }
  }

  async #seek(zone: string, instance: string): Promise<void> {
    const id = `${zone}/${instance}`;
    if (this.#present.has(id) && !this.#present.get(id)) return;
    this.#present.set(id, await this.#deps.giveNotice(zone, instance, this.#notice()));
  }

  /** One that stands at our head with another digest, or follows another log, is told of ours, and refills itself. */
  #correct(zone: string, found: InstanceSync | undefined): void {
    if (found?.state === 'diverged') void this.#deps.giveNotice(zone, found.instance, this.#notice());
  }

  #notice(): Notice {
    const { logId, head, digestAt } = this.#deps.facts();
    return { logId, position: head, digest: digestAt(head) ?? '' };
  }
}
