#!/usr/bin/env node
// The one executable, as TypeScript; meridian.js beside it starts it under a Node that can run this.
import { enableCompileCache } from 'node:module';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import { meridian, SERVERS } from './program.ts';

// The second start needs half the time. In a folder of our own: in the default one, below /tmp, anybody could leave us code. Where
// NODE_COMPILE_CACHE names another, it is that one. Node writes to it when it ends in order. The bundle has one below it, which goes when
// it does.
enableCompileCache(fileURLToPath(new URL('../.tools/compile-cache', import.meta.url)));

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

async function ask(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(question, { signal: interrupted.signal });
  } finally {
    lines.close();
  }
}

const [asked] = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
const interrupted = new AbortController();
// The servers among the commands shut down on SIGINT themselves; only the verbs that follow or wait are cut off here.
if (!SERVERS.includes(asked ?? '')) process.once('SIGINT', () => interrupted.abort());
// Whoever reads our output may have seen enough (`meridian log | head`).
process.stdout.on('error', (cause: NodeJS.ErrnoException) => {
  if (cause.code === 'EPIPE') process.exit(0);
  process.stderr.write(`error: the output cannot be written: ${cause.message}\n`);
  process.exit(1);
});
const status = await meridian(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  now: Date.now,
  env: process.env,
  stdin: readStdin,
  ...(process.stdout.isTTY && {
    terminal: {
      rows: () => process.stdout.rows,
      columns: () => process.stdout.columns,
      hasColors: process.stdout.hasColors(),
      ...(process.stdin.isTTY && { ask }),
    },
  }),
  signal: interrupted.signal,
});
// A control plane that could not start may have connections open that would keep the process alive.
if (status !== 0) process.exit(status);
