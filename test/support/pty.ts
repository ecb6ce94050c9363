import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const LIMIT_MS = 50_000;
/** What `meridian` on the PATH is a link to. */
export const PROGRAM = fileURLToPath(new URL('../../deploy/meridian.js', import.meta.url));

/** A program on a terminal of its own. */
export interface OnTerminal {
  /** All that was written to the terminal so far, control sequences and all. */
  readonly output: () => string;
  /** Waits for output that fits, of what comes after what fitted the last time. */
  said(pattern: RegExp): Promise<string>;
  /** Keys, as somebody at the terminal types them; Ctrl-C is `\x03`. */
  type(keys: string): void;
  /** Exit status. */
  readonly ended: Promise<number>;
}

export interface TerminalOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly columns?: number;
  readonly rows?: number;
}

/** Runs `meridian` on a terminal. */
export function meridianOnTerminal(args: readonly string[], options: TerminalOptions = {}): OnTerminal {
  return onTerminal([process.execPath, PROGRAM, ...args], options);
}

/** Runs a program on a real pseudo-terminal, which script(1) opens; stopped with the test. */
export function onTerminal(words: readonly string[], options: TerminalOptions = {}): OnTerminal {
  const { env = {}, columns = 120, rows = 30 } = options;
  const command = words.map(quoted).join(' ');
  const { NO_COLOR: _, FORCE_COLOR: __, CI: ___, ...inherited } = process.env;
  const child = spawn(
    'script',
    ['--quiet', '--return', '--command', `stty cols ${columns} rows ${rows}; exec ${command}`, '/dev/null'],
    { env: { ...inherited, SHELL: '/bin/sh', TERM: 'xterm-256color', ...env }, stdio: ['pipe', 'pipe', 'inherit'] },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  let read = 0;
  const looking = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    for (const look of looking) look();
  });
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? -1));
  });
  return {
    output: () => output,
    ended,
    type: (keys) => void child.stdin.write(keys),
    said: async (pattern) => {
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      const look = () => {
        const found = pattern.exec(output.slice(read));
        if (!found) return;
        read += found.index + found[0].length;
        resolve(found[0]);
      };
      const missed = () => reject(new Error(`${pattern} was not written:\n${JSON.stringify(output)}`));
      const timer = setTimeout(missed, LIMIT_MS);
      looking.add(look);
      void ended.then(missed, reject);
      look();
      return promise.finally(() => {
        clearTimeout(timer);
        looking.delete(look);
      });
    },
  };
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
