import { hash } from 'node:crypto';
import { COPIES, type CopyName, sumUp } from '../../shared/event/copies.ts';
import type { Notice } from '../../shared/event/notice.ts';
import type { Originals } from './hubCopies.ts';
import type { ZoneFollower } from './zoneFollower.ts';

type Deps = {
  readonly zones: Pick<ZoneFollower, 'reports'>;
  readonly logId: () => string;
  readonly giveNotice: (zone: string, instance: string, notice: Notice) => Promise<unknown>;
};

/** What was different, and which report said so. */
interface Difference {
  readonly what: string;
  readonly receivedAt: number;
  readonly wrong: readonly CopyName[];
  /** It was so twice, and has not been equal since: not just on its way. */
  readonly isProven: boolean;
}

const sha256 = (text: string) => hash('sha256', text, 'buffer');

/**
 * Holds what control planes report of their copies of the hub's streams against the hub. One whose report and the hub say the same
 * as the last time, and not the same as one another, is told what the hub holds.
 */
export class CopyMonitor {
  readonly #deps: Deps;
  /** By `zone/instance`. */
  #differed = new Map<string, Difference>();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** @param originals by zone, as they were read just now */
  compare(originals: ReadonlyMap<string, Originals>): void {
    const differ = new Map<string, Difference>();
    for (const [zone, instances] of this.#deps.zones.reports) {
      const copies = originals.get(zone);
      if (!copies) continue;
      for (const [instance, { status, receivedAt }] of instances) {
        const wrong = COPIES.filter((name) => (status.copies?.[name] ?? '') !== sumUp(copies[name], sha256));
        if (!status.copies || wrong.length === 0) continue;
        const id = `${zone}/${instance}`;
        const what = JSON.stringify([status.copies, copies]);
        const before = this.#differed.get(id);
        const isSame = before?.what === what && receivedAt > before.receivedAt;
        differ.set(id, { what, receivedAt, wrong, isProven: isSame || before?.isProven === true });
        if (isSame) this.#tell(zone, instance, copies);
      }
    }
    this.#differed = differ;
  }

  /** @returns the copies in which a control plane is proven to lack something */
  wrong(zone: string, instance: string): readonly CopyName[] {
    const found = this.#differed.get(`${zone}/${instance}`);
    return found?.isProven ? found.wrong : [];
  }

  #tell(zone: string, instance: string, copies: Originals): void {
    void this.#deps.giveNotice(zone, instance, { logId: this.#deps.logId(), position: 0, digest: '', copies });
  }
}
