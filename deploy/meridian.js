#!/usr/bin/env node
// Starts the command line under a Node that runs TypeScript, whatever Node runs this file.
import { existsSync } from 'node:fs';
import { nodeEnv, nodeFlags } from './nodeFlags.js';
import { programFile } from './programFile.js';
import { runToEnd } from './setup/exec.js';
import { nodePath, runningIsNewEnough } from './setup/node.js';

const node = nodePath();
if (!existsSync(node)) {
  console.error('meridian needs Node 24 or newer: run `npm run setup` once, or set MERIDIAN_NODE to one.');
  process.exit(1);
}
const args = process.argv.slice(2);
const main = programFile(args, process.env);
const flags = nodeFlags(args);
const env = { ...process.env, ...nodeEnv(args, process.env) };
const isSameNode = runningIsNewEnough && node === process.execPath;
// In this process when possible: `meridian` is run often and a second start costs 40 ms. Flags need a new program, in place of this one.
if (isSameNode && flags.length === 0) await import(main);
else if (isSameNode && process.execve) process.execve(node, [node, ...flags, main, ...args], env);
else process.exit(await runToEnd(node, [...flags, main, ...args], { env }));
