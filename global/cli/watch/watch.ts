import { setTimeout as sleep } from 'node:timers/promises';
import { SCREEN } from '../terminal.ts';
import type { CliDeps } from '../verb.ts';

/** What is shown again and again. */
export interface Watched<T> {
  /** Seconds between two looks. */
  readonly interval: number;
  readonly read: () => Promise<T>;
  /** All of it, for a terminal that is drawn anew each time; `undefined`: news are appended there too. */
  readonly screen: ((value: T) => string) | undefined;
  /** What is new since the last look, in lines; empty: nothing. */
  readonly news: (value: T) => string;
}

/**
 * Shows how things change until Ctrl-C: a terminal is drawn anew, a pipe gets a line for each thing that changed. A control plane that
 * does not answer is told and asked again; only the first look has to succeed.
 * @throws what ended it: the reason of the signal, or the error of the first look
 */
export async function watch<T>(deps: CliDeps, watched: Watched<T>): Promise<never> {
  const { terminal } = deps;
  const { screen } = watched;
  const first = await watched.read();
  if (!terminal || !screen) return looks(deps, watched, first, appending(deps, watched));
  deps.out(`${SCREEN.begin}${SCREEN.clear}`);
  try {
    return await looks(deps, watched, first, drawing(deps, screen, terminal.rows));
  } finally {
    deps.out(`${SCREEN.end}\n`);
  }
}

interface Show<T> {
  readonly value: (value: T) => void;
  readonly trouble: (message: string) => void;
}

async function looks<T>({ signal }: CliDeps, { read, interval }: Watched<T>, first: T, show: Show<T>): Promise<never> {
  show.value(first);
  for (;;) {
    await sleep(interval * 1000, undefined, { ...(signal && { signal }) });
    try {
      show.value(await read());
    } catch (cause) {
      signal?.throwIfAborted();
      show.trouble((cause as Error).message);
    }
  }
}

function appending<T>({ out, err }: CliDeps, { news }: Watched<T>): Show<T> {
  let told = '';
  return {
    value: (value) => {
      told = '';
      const lines = news(value);
      if (lines) out(`${lines}\n`);
    },
    trouble: (message) => {
      if (message !== told) err(`error: ${message}\n`);
      told = message;
    },
  };
}

function drawing<T>({ out }: CliDeps, screen: (value: T) => string, rows: () => number): Show<T> {
  let last = '';
  const draw = (text: string) => {
    const lines = fitting(text.split('\n'), rows() - 1);
    out(`${SCREEN.home}${lines.map((line) => `${line}${SCREEN.eraseLine}`).join('\r\n')}${SCREEN.eraseBelow}`);
  };
  return {
    value: (value) => {
      last = screen(value);
      draw(last);
    },
    trouble: (message) => draw(`${last}\n\nnot answered: ${message}`),
  };
}

function fitting(lines: readonly string[], rows: number): readonly string[] {
  if (lines.length <= rows) return lines;
  const shown = Math.max(1, rows - 1);
  return [...lines.slice(0, shown), `… ${lines.length - shown} more lines`];
}
