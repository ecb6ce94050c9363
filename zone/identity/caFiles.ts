import { readFileSync, statSync } from 'node:fs';

/** Certificates and keys are some kilobytes. */
const MAX_BYTES = 1 << 20;

type Outcome = { readonly text: string } | { readonly fault: string };

/** The files of provided CAs on this machine: read when they are first asked for, and again with every look. */
export class CaFiles {
  readonly #known = new Map<string, Outcome>();
  #revision = 0;

  /** Changes when a look found one of them otherwise. */
  get revision(): number {
    return this.#revision;
  }

  /** @throws Error that names the file */
  read(path: string): string {
    const outcome = this.#known.get(path) ?? outcomeOf(path);
    this.#known.set(path, outcome);
    if ('fault' in outcome) throw new Error(outcome.fault);
    return outcome.text;
  }

  /** Reads them again. @returns whether one of them is another, appeared or is gone */
  look(): boolean {
    let changed = false;
    for (const [path, before] of this.#known) {
      const now = outcomeOf(path);
      if (JSON.stringify(now) === JSON.stringify(before)) continue;
      this.#known.set(path, now);
      changed = true;
    }
    if (changed) this.#revision++;
    return changed;
  }
}

/** The text of a file of a CA as it is now. @throws Error that names the file */
export function readCaFile(path: string): string {
  const outcome = outcomeOf(path);
  if ('fault' in outcome) throw new Error(outcome.fault);
  return outcome.text;
}

function outcomeOf(path: string): Outcome {
  try {
    const stat = statSync(path);
    if (!stat.isFile() || stat.size > MAX_BYTES) return { fault: `${path} is no file of a certificate or key` };
    return { text: readFileSync(path, 'utf8') };
  } catch (error) {
    return {
      fault: `the file ${path} cannot be read by this control plane (${(error as NodeJS.ErrnoException).code})`,
    };
  }
}
