import { expect, it, onTestFinished } from 'vitest';
import { asRestError } from '../../shared/rest/errors.ts';
import { resource } from '../../test/support/resource.ts';
import { tempDir } from '../../test/support/tempDir.ts';
import { openPolicyLog } from '../command/openPolicyLog.ts';
import { putResource } from '../command/resourceCommands.ts';
import { resourceReader } from './resourceReader.ts';
import { resourceWriter } from './resourceWriter.ts';

const AUTHOR = { user: 'test', source: '', client: '' };
const KEY = { type: 'Secret', mesh: 'default', name: 'broken' };
const secret = (name: string, text: string) =>
  resource('Secret', 'default', name, { data: Buffer.from(text).toString('base64') });

it.each([
  ['its key was changed', 'UPDATE data_key SET wrapped = substring(wrapped from 2) WHERE rkey = $1'],
  ['its key is gone', 'DELETE FROM data_key WHERE rkey = $1'],
])(
  'a Secret that cannot be opened, since %s, is told as such, and can be deleted and written anew',
  async (_, damage) => {
    const { path, remove } = await tempDir('damaged');
    onTestFinished(remove);
    const settings = { 'store.url': '', 'data.dir': path, 'secrets.keyFile': '', 'secrets.key': '' };
    const { events, sealer, commands } = await openPolicyLog({
      ...settings,
      'mesh.createDefault': true,
      now: () => new Date(),
    });
    onTestFinished(() => events.close());
    await putResource(commands, secret('broken', 'first'), AUTHOR);
    await putResource(commands, secret('whole', 'other'), AUTHOR);
    await events.db.query(damage, ['default/Secret/broken']);

    const zones = { entries: () => [], entriesOfType: () => [] };
    const reader = resourceReader({ log: events, sealer, zones, zoneInsights: () => [] });
    const [stored] = await reader.get(KEY);
    const told = () => {
      try {
        return JSON.stringify(stored);
      } catch (error) {
        return asRestError(error);
      }
    };
    expect(told()).toMatchObject({ status: 500, title: 'Secret cannot be opened' });
    expect(told()).toMatchObject({ message: expect.stringMatching(/"broken" of mesh "default".*delete it and write/) });
    const names = (await reader.list('Secret', 'default')).map(({ resource }) => resource.name);
    expect(names).toEqual(expect.arrayContaining(['broken', 'whole']));
    const [whole] = await reader.get({ ...KEY, name: 'whole' });
    expect(whole?.resource.spec).toEqual(secret('whole', 'other').spec);

    await resourceWriter(commands).delete({
      key: KEY,
      author: AUTHOR,
      ...(stored && { expectedVersion: stored.version }),
    } as Parameters<ReturnType<typeof resourceWriter>['delete']>[0]);
    expect(await reader.get(KEY)).toEqual([]);
    await putResource(commands, secret('broken', 'second'), AUTHOR);
    const [again] = await reader.get(KEY);
    expect(again?.resource.spec).toEqual(secret('broken', 'second').spec);
  },
);
