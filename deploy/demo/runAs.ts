import { spawnSync } from 'node:child_process';
import { chownSync, mkdirSync, writeFileSync } from 'node:fs';
import type { RunAs } from './child.ts';
import { StartError } from './startError.ts';

const NOBODY = 65_534;

interface UserChoice {
  /** Absent: children run as whoever we are. */
  readonly runAs?: RunAs;
  /** A line for the user, when there is something to say. */
  readonly note?: string;
}

/**
 * None of the processes shall be root. Started as root, the children become whoever called sudo, or `nobody`, provided
 * that user can read and run what they need; else they stay root and the note says why.
 * @param needed files and folders that the children read
 */
export function chooseUser(needed: readonly string[], env: NodeJS.ProcessEnv): UserChoice {
  if (process.getuid?.() !== 0) return {};
  const uid = Number(env.SUDO_UID) || NOBODY;
  const gid = Number(env.SUDO_GID) || NOBODY;
  const probe = `for (const path of process.argv.slice(1)) require('node:fs').accessSync(path, 4)`;
  const result = spawnSync(process.execPath, ['-e', probe, '--', ...needed], { uid, gid, cwd: '/', encoding: 'utf8' });
  if (result.status === 0) return { runAs: { uid, gid }, note: `started as root: all processes run as user ${uid}` };
  const why = result.error?.message ?? /EACCES[^\n]*'([^']+)'/.exec(result.stderr)?.[1] ?? 'it cannot run Node';
  return { note: `started as root, and user ${uid} cannot read ${why}: the processes run as root` };
}

/** A folder that the children may write to. @throws StartError */
export function makeFolder(path: string, runAs: RunAs | undefined): string {
  try {
    mkdirSync(path, { recursive: true, mode: 0o755 });
    if (runAs) chownSync(path, runAs.uid, runAs.gid);
  } catch (cause) {
    throw new StartError(`there can be no folder ${path}: ${(cause as Error).message}`);
  }
  return path;
}

/** A file that only its owner, the children's user, may read: it holds a secret. @returns the path */
export function writeSecretFile(path: string, content: string, runAs: RunAs | undefined): string {
  writeFileSync(path, content, { mode: 0o600 });
  if (runAs) chownSync(path, runAs.uid, runAs.gid);
  return path;
}
