import { execFileSync } from 'node:child_process';
import { chown, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Server, World } from './world.ts';

const SIZE_MIB = 64;
const START_MS = 2_000;

/**
 * Runs `during` while the disk of a nats-server is full, then makes space on it: a small one, which the server has its files on until
 * `after` is over.
 */
export async function whileDiskFull(
  { ground }: Pick<World, 'ground'>,
  server: Server,
  during: () => Promise<void>,
  after: () => Promise<unknown>,
): Promise<void> {
  const { store } = server;
  const own = `${store}-own`;
  const ballast = join(store, 'ballast');
  await server.crash();
  await rename(store, own);
  execFileSync('mkdir', [store]);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_MIB}m`, 'tmpfs', store]);
  try {
    execFileSync('cp', ['-a', `${own}/.`, store]);
    if (ground.runAs) await chown(store, ground.runAs.uid, ground.runAs.gid);
    await server.start();
    await sleep(START_MS);
    await writeFile(ballast, Buffer.alloc(SIZE_MIB * 2 ** 20)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOSPC') throw error;
    });
    await during();
    await rm(ballast);
    await after();
  } finally {
    await server.crash();
    await rm(ballast, { force: true });
    const kept = `${store}-kept`;
    execFileSync('cp', ['-a', store, kept]);
    execFileSync('umount', ['--lazy', store]);
    await rm(store, { recursive: true });
    await rm(own, { recursive: true });
    await rename(kept, store);
    await server.start();
  }
}

/** For `lacks` of a scenario. */
export function lacksMount(): string {
  return process.getuid?.() === 0 ? '' : 'root';
}
