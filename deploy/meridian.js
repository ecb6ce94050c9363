#!/usr/bin/env node
// Starts the command line under a Node that runs TypeScript, whatever Node runs this file.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runToEnd } from './setup/exec.js';
import { nodePath, runningIsNewEnough } from './setup/node.js';

const node = nodePath();
if (!existsSync(node)) {
  console.error('meridian needs Node 24 or newer: run `npm run setup` once, or set MERIDIAN_NODE to one.');
  process.exit(1);
}
const main = join(dirname(fileURLToPath(import.meta.url)), 'meridian.ts');
// In this process when possible: `meridian` is run often and a second start costs 40 ms.
if (runningIsNewEnough && node === process.execPath) await import(main);
else process.exit(await runToEnd(node, [main, ...process.argv.slice(2)]));
