import { join } from 'node:path';
import { nodeEnv, nodeFlags } from '../nodeFlags.js';
import { programFile } from '../programFile.js';
import type { Child, ChildSpec, RunAs } from './child.ts';
import type { Family } from './family.ts';
import { makeFolder } from './runAs.ts';
import { ROOT } from './tools.ts';

/** What everything that is started stands on. */
export interface Ground {
  readonly family: Family;
  /** Holds a folder for each process and `logs`. */
  readonly data: string;
  readonly runAs: RunAs | undefined;
  readonly logLevel: string;
}

/** When they are stopped: higher ones first. */
export const GENERATION = { nats: 0, global: 1, zone: 2, app: 3, proxy: 4 } as const;

/** A folder of its own for one process, which that process may write to. */
export function folderOf(ground: Ground, name: string): string {
  return makeFolder(join(ground.data, name.replaceAll(' ', '-')), ground.runAs);
}

type Start = Pick<ChildSpec, 'name' | 'file' | 'args' | 'env' | 'generation' | 'grace'>;

export function start(ground: Ground, spec: Start): Child {
  const logs = makeFolder(join(ground.data, 'logs'), undefined);
  return ground.family.start({
    ...spec,
    cwd: ROOT,
    runAs: ground.runAs,
    logFile: join(logs, `${spec.name.replaceAll(' ', '-')}.log`),
  });
}

type Run = Omit<Start, 'file' | 'args'>;

/** `meridian` with these arguments. @param build folder with the sources of another build of the program; absent: it is of this checkout */
export function startMeridian(ground: Ground, args: readonly string[], spec: Run, build?: string): Child {
  const file = build ? join(build, 'deploy/meridian.ts') : programFile(args, { ...process.env, ...spec.env });
  return startFile(ground, file, args, spec);
}

/** A program of the checkout that is not `meridian`. */
export function startScript(ground: Ground, script: string, spec: Run): Child {
  return startFile(ground, join(ROOT, script), [], spec);
}

/** Under the Node that runs us. */
function startFile(ground: Ground, file: string, args: readonly string[], spec: Run): Child {
  return start(ground, {
    ...spec,
    env: {
      ...nodeEnv(args, process.env),
      // Whoever they run as may not be able to write below the checkout.
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? folderOf(ground, 'compile-cache'),
      ...spec.env,
    },
    file: process.execPath,
    args: [...nodeFlags(args), file, ...args],
  });
}
