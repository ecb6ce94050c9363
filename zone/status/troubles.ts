import type { Trouble } from '../../shared/event/status.ts';
import { StaleWrite } from '../replica/ports.ts';

type Deps = {
  /** For `since`. */
  readonly now: () => Date;
  /** Milliseconds of the clock that only runs. */
  readonly running: () => number;
  readonly onError: (what: string) => (error: unknown) => void;
};

interface Failing {
  readonly since: string;
  readonly begun: number;
  readonly reason: string;
  /** The reason that was told last. */
  readonly told: string;
}

/** What fails for a shorter time is a moment: a server that starts, another instance that was first. */
const LONG_MS = 10_000;

/** What this control plane goes on trying though it fails, for everybody to see, so that nothing of it stops silently. */
export class Troubles {
  readonly #deps: Deps;
  readonly #failing = new Map<string, Failing>();
  readonly #watched = new Map<string, () => string>();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** It failed, and is tried again. Told once for each reason; that another instance was first, only when that goes on for long. */
  failed(what: string, error: unknown): void {
    const { now, running, onError } = this.#deps;
    const reason = (error as Error).message;
    const before = this.#failing.get(what) ?? { since: now().toISOString(), begun: running(), told: '' };
    const tell = before.told !== reason && (!(error instanceof StaleWrite) || running() - before.begun >= LONG_MS);
    this.#failing.set(what, { ...before, reason, told: tell ? reason : before.told });
    if (tell) onError(what)(error);
  }

  /** It works, or is no longer wanted. */
  over(what: string): void {
    this.#failing.delete(what);
  }

  /** To be called back by what is done again and again. */
  of(what: string): { readonly onFailed: (error: unknown) => void; readonly onDone: () => void } {
    return { onFailed: (error) => this.failed(what, error), onDone: () => this.over(what) };
  }

  /** @param read says what is wrong with it, empty: nothing; whoever watches tells of it. */
  watch(what: string, read: () => string): void {
    this.#watched.set(what, read);
  }

  /** Those that last, the oldest first. */
  list(): Trouble[] {
    const { now, running } = this.#deps;
    for (const [what, read] of this.#watched) {
      const reason = read();
      const before = this.#failing.get(what) ?? { since: now().toISOString(), begun: running() - LONG_MS };
      if (reason) this.#failing.set(what, { ...before, reason, told: reason });
      else this.#failing.delete(what);
    }
    return [...this.#failing]
      .filter(([, { begun }]) => running() - begun >= LONG_MS)
      .sort(([, a], [, b]) => a.begun - b.begun)
      .map(([what, { since, reason }]) => ({ what, since, reason }));
  }
}
