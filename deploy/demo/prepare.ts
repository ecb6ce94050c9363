import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Exit } from '../process/process.ts';
import type { Child } from './child.ts';
import { Family } from './family.ts';
import type { Ground } from './ground.ts';
import { chooseUser, makeFolder } from './runAs.ts';
import { findTool, ROOT } from './tools.ts';

interface PrepareOptions {
  /** Kept across starts; absent: a temporary folder, gone in the end. */
  readonly data?: string | undefined;
  readonly logLevel: string;
  /** Whether Envoy will be needed. */
  readonly envoy: boolean;
  /** Whether nats-servers will be: yes, unless it says no. */
  readonly nats?: boolean;
  readonly say: (text: string) => void;
  /** Told of a process that ended although nobody stopped it, with its last words. */
  readonly onDeath: (text: string) => void;
}

export interface Prepared {
  readonly ground: Ground;
  /** Stops everything that was started, and removes the temporary folder unless told to keep it. */
  stop(options?: { readonly keep: boolean }): Promise<void>;
}

/** Finds the tools, chooses the user and the folder. Nothing runs yet. @throws StartError when a tool is missing. */
export function prepare(options: PrepareOptions): Prepared {
  const tools = [
    ...(options.nats === false ? [] : [findTool('nats-server')]),
    ...(options.envoy ? [findTool('envoy')] : []),
  ];
  const { runAs, note } = chooseUser(
    [join(ROOT, 'package.json'), join(ROOT, 'node_modules/zod/package.json'), process.execPath, ...tools],
    process.env,
  );
  if (note) options.say(note);
  const temporary = options.data === undefined;
  const data = makeFolder(temporary ? mkdtempSync(join(tmpdir(), 'meridian-')) : resolve(options.data), runAs);
  const family = new Family((child, exit) => options.onDeath(deathText(child, exit)));
  return {
    ground: { family, data, runAs, logLevel: options.logLevel },
    stop: async ({ keep } = { keep: false }) => {
      await family.stop();
      if (temporary && !keep) rmSync(data, { recursive: true, force: true });
    },
  };
}

function deathText(child: Child, { code, signal }: Exit): string {
  return `${child.spec.name} (pid ${child.pid}) ended unexpectedly (${signal ?? `exit ${code}`}):\n${child.lastWords()}`;
}
