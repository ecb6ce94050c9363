import { until } from '../../deploy/demo/until.ts';
import type { WriteLoad } from './writes.ts';

/** Resolves when a write is answered that was not before. @param when `while the hub is away` @throws Error when none is */
export async function writesGoOn(writes: WriteLoad, when: string): Promise<void> {
  const before = writes.acknowledged.length;
  await until({
    what: `a write is answered ${when}`,
    probe: async () => writes.acknowledged.length,
    holds: (count) => count > before,
    timeout: 60_000,
    pause: 50,
  });
}
