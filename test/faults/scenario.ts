import { readdirSync } from 'node:fs';
import type { WriteLoad } from './writes.ts';
import type { World } from './world.ts';

/** A fault that is injected for real, under a load of writes. */
export interface Scenario {
  /** The fault in words. */
  readonly what: string;
  /** Part of `npm test`. */
  readonly quick?: boolean;
  /** Runs only when it is named: how long it may take, and how long each of the lanes of writes rests after an answer. */
  readonly long?: { readonly limitMs: number; readonly writePauseMs: number };
  /** What this machine lacks for it, and where to get it; absent or empty: nothing. */
  readonly lacks?: () => string;
  /**
   * Requests run through real Envoys meanwhile: none may fail, or some may until the fault is over.
   * Absent: none may fail in `npm run faults`; in `npm test` there are none.
   */
  readonly traffic?: 'none may fail' | 'some may fail';
  /**
   * Injects the fault and ends it. When it resolves, recovery begins to count.
   * @returns a text when something is worth telling, or what is `Timed`. @throws Error when something did not hold meanwhile.
   */
  readonly run: (world: World, writes: WriteLoad) => Promise<unknown>;
}

/** How long something took that has a limit. Counts where nothing but the faults runs, and not in `npm test`. */
export interface Timed {
  readonly what: string;
  readonly ms: number;
  readonly limitMs: number;
}

export function isTimed(told: unknown): told is Timed {
  return typeof told === 'object' && told !== null && 'limitMs' in told;
}

const FOLDER = new URL('scenarios/', import.meta.url);

/** All scenarios by name, found by folder, sorted. */
export async function findScenarios(): Promise<Map<string, Scenario>> {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.ts'));
  const found = new Map<string, Scenario>();
  for (const file of files.sort()) {
    const { scenario } = (await import(new URL(file, FOLDER).href)) as { readonly scenario: Scenario };
    found.set(file.replace(/\.ts$/, ''), scenario);
  }
  return found;
}
