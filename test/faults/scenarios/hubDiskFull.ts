import { execFileSync } from 'node:child_process';
import { chown, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fetchStatus } from '../../../global/cli/statusBody.ts';
import { until } from '../../../deploy/demo/until.ts';
import type { Scenario } from '../scenario.ts';
import type { World } from '../world.ts';

const SIZE_MIB = 64;
const WITHIN_MS = 15_000;

export const scenario: Scenario = {
  what: "the hub's disk is full: writes go on into the log, and all of it is published once there is space (needs root)",
  run: async (world, writes) => {
    const { hub, ground } = world;
    const own = `${hub.store}-own`;
    await hub.crash();
    await rename(hub.store, own);
    execFileSync('mkdir', [hub.store]);
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_MIB}m`, 'tmpfs', hub.store]);
    try {
      execFileSync('cp', ['-a', `${own}/.`, hub.store]);
      if (ground.runAs) await chown(hub.store, ground.runAs.uid, ground.runAs.gid);
      await hub.start();
      await sleep(2_000);
      const ballast = join(hub.store, 'ballast');
      await writeFile(ballast, Buffer.alloc(SIZE_MIB * 2 ** 20)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOSPC') throw error;
      });
      const before = writes.acknowledged.length;
      await sleep(5_000);
      if (writes.acknowledged.length === before)
        throw new Error('no write was answered while the disk of the hub was full');
      await rm(ballast);
      const note = await resumed(world).then(
        () => 'publishing resumed by itself',
        async () => {
          // What the operations guide says to do.
          process.kill(hub.pid, 'SIGHUP');
          await resumed(world);
          return 'nats-server had switched JetStream off, and on again when told to read its configuration (SIGHUP)';
        },
      );
      await hub.crash();
      await rm(own, { recursive: true });
      execFileSync('cp', ['-a', hub.store, own]);
      return note;
    } finally {
      execFileSync('umount', ['--lazy', hub.store]);
      await rm(hub.store, { recursive: true });
      await rename(own, hub.store);
      await hub.start();
    }
  },
};

async function resumed({ cluster }: World): Promise<void> {
  const positions = async () => (await fetchStatus(cluster.api)).zones.map(({ position }) => position);
  const before = await positions();
  await until({
    what: 'the zones get on',
    probe: positions,
    holds: (now) => now.every((position, i) => position > (before[i] ?? 0)),
    timeout: WITHIN_MS,
    pause: 100,
  });
}
