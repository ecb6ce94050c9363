import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { ADMIN_TOKEN_SECRET } from '../../http/token/adminToken.ts';
import { USER_KEY_PREFIX } from '../../http/token/signingKey.ts';
import type { Resource } from '../../shared/resource/resource.ts';
import { View } from '../../shared/view/view.ts';
import { tempDir } from '../../test/support/tempDir.ts';
import { LocalZoneLog } from '../replica/localZoneLog.ts';
import type { ZoneWrite } from '../replica/ports.ts';
import { ensureUserKey } from './ensureUserKey.ts';

/** Takes no admin token while its disk is full. */
class FullLog extends LocalZoneLog {
  isFull = true;

  override put(resource: Resource, expected?: number): Promise<number> {
    return this.putAll([{ resource, expected }]);
  }

  override async putAll(writes: readonly ZoneWrite[]): Promise<number> {
    if (this.isFull && writes.some(({ resource }) => resource.name === ADMIN_TOKEN_SECRET)) throw new Error('full');
    return super.putAll(writes);
  }
}

it('the key of user tokens and the token of the first admin are there together, or the next start makes them', async () => {
  const folder = await tempDir('user-key');
  onTestFinished(() => folder.remove());
  const log = new FullLog(join(folder.path, 'zone-log.sqlite'));
  onTestFinished(() => log.close());
  const view = new View();
  log.onWritten(({ key, resource, sequence }) => void view.apply({ origin: 'z', key, resource, version: sequence }));
  const start = () =>
    ensureUserKey({ view, zone: 'z', log, replica: { applied: async () => {} }, now: () => new Date() });
  const names = () => [...view.entries('GlobalSecret', '')].map(({ resource }) => resource.name).sort();

  await expect(start()).rejects.toThrow('full');
  log.isFull = false;
  await start();
  const made = [ADMIN_TOKEN_SECRET, `${USER_KEY_PREFIX}-1`];
  expect(names()).toEqual(made);

  // What was deleted stays deleted.
  await log.delete({ type: 'GlobalSecret', mesh: '', name: ADMIN_TOKEN_SECRET });
  await start();
  expect(names()).toEqual(made.slice(1));
});
