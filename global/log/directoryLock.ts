import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { processStart } from './processStart.ts';

const holderSchema = z.object({ id: z.string(), pid: z.number(), start: z.string() });

/** Taking over is a matter of microseconds; whoever is at it for longer died of it. */
const TAKEOVER_MS = 10_000;

/**
 * Takes a data folder for this process: PGlite lets a second process open it, and silently loses data then. The lock of a
 * process that is gone is taken over (its pid may live on as another program: the start time tells them apart). It holds among
 * processes that see each other's pids, so not among containers that share a volume.
 * @returns the function that gives it back. @throws Error that says who has it.
 */
export function lockDirectory(directory: string): () => void {
  mkdirSync(directory, { recursive: true });
  const file = join(directory, 'meridian.lock');
  const id = randomUUID();
  const own = `${file}.${id}`;
  // Written first and linked then, so that nobody ever reads half a lock.
  writeFileSync(own, JSON.stringify({ id, pid: process.pid, start: processStart(process.pid) }));
  try {
    if (!exclusively(() => linkSync(own, file))) takeOver(directory, file, own);
  } finally {
    rmSync(own, { force: true });
  }
  return () => {
    if (holderOf(file)?.id === id) rmSync(file, { force: true });
  };
}

function takeOver(directory: string, file: string, own: string): void {
  refuseIfHeld(directory, file);
  const guard = `${file}.takeover`;
  if (ageOf(guard) > TAKEOVER_MS) rmSync(guard, { force: true });
  if (!exclusively(() => writeFileSync(guard, '', { flag: 'wx' }))) {
    throw new Error(`the data folder ${directory} is just being taken by another process; start only one`);
  }
  try {
    refuseIfHeld(directory, file); // somebody may have taken it over before we had the guard
    renameSync(own, file);
  } finally {
    rmSync(guard, { force: true });
  }
}

function refuseIfHeld(directory: string, file: string): void {
  const holder = holderOf(file);
  if (!holder || processStart(holder.pid) !== holder.start) return;
  throw new Error(
    `the data folder ${directory} is in use by process ${holder.pid}; stop it, or choose another folder (the setting data.dir)`,
  );
}

function holderOf(file: string): z.infer<typeof holderSchema> | undefined {
  try {
    return holderSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined; // not there any more, or not a lock of ours
  }
}

/** @returns false when the file exists already. */
function exclusively(create: () => void): boolean {
  try {
    create();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function ageOf(file: string): number {
  try {
    return Date.now() - statSync(file).mtimeMs;
  } catch {
    return 0;
  }
}
