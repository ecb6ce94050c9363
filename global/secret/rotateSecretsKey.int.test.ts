import { randomBytes } from 'node:crypto';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Postgres, startPostgres } from '../../test/support/postgres.ts';
import { runMeridian } from '../../test/support/runMeridian.ts';
import { tempDir } from '../../test/support/tempDir.ts';
import { openPolicyLog } from '../command/openPolicyLog.ts';
import { putResource } from '../command/resourceCommands.ts';
import { readGlobalSecret } from '../hubAccess/readGlobalSecret.ts';
import { RELAY_LOCK } from '../relay/relay.ts';
import { keyEncryptionKeys, makeNextKeyEncryptionKey } from './keyEncryptionKey.ts';
import { unwrap, wrap } from './secretSealer.ts';

const AUTHOR = { user: 'test', source: '', client: '' };
const NAMES = ['first', 'second', 'third'];

let postgres: Postgres;
beforeAll(async () => {
  postgres = await startPostgres();
}, 60_000);
afterAll(() => postgres?.stop());

describe.each(['embedded', 'postgres'])('the next key of secrets, of a log that is %s', (kind) => {
  async function logWithSecrets(key = '') {
    const { path, remove } = await tempDir('secrets-key');
    onTestFinished(remove);
    const url = kind === 'postgres' ? await postgres.createDatabase() : '';
    const open = (given = key) =>
      openPolicyLog({
        'store.url': url,
        'data.dir': path,
        'secrets.keyFile': '',
        'secrets.key': given,
        'mesh.createDefault': false,
        now: () => new Date(),
      });
    const { commands, events } = await open();
    for (const name of NAMES) {
      const data = Buffer.from(`text of ${name}`).toString('base64');
      const times = { creationTime: '', modificationTime: '' };
      const secret = { type: 'GlobalSecret', mesh: '', name, labels: {}, ...times, spec: { data } };
      await putResource(commands, secret, AUTHOR);
    }
    await events.close();
    const env = {
      MERIDIAN_GLOBAL_STORE_URL: url,
      MERIDIAN_GLOBAL_DATA_DIR: path,
      ...(key && { MERIDIAN_GLOBAL_SECRETS_KEY: key }),
    };
    const rotate = (more: Record<string, string> = {}) =>
      runMeridian(['rotate', 'secrets-key'], { env: { ...env, ...more } });
    /** What each reads as, with what global would be started with now. */
    const read = async (given = key) => {
      const opened = await open(given);
      try {
        return await Promise.all(NAMES.map((name) => readGlobalSecret(opened.commands, name)));
      } finally {
        await opened.events.close();
      }
    };
    return { file: join(path, 'secrets.key'), path, open, rotate, read };
  }

  const TEXTS = NAMES.map((name) => `text of ${name}`);

  it('opens all that the former one sealed; that one opens nothing any more', async () => {
    const { file, path, rotate, read } = await logWithSecrets();
    const former = join(path, 'former.key');
    copyFileSync(file, former);
    expect(await rotate()).toMatchObject({ status: 0, out: expect.stringMatching(/^\d+ keys of secrets are wrapped/) });
    expect([keyEncryptionKeys(file).length, readFileSync(file, 'utf8') === readFileSync(former, 'utf8')]).toEqual([
      1,
      false,
    ]);
    expect(await read()).toEqual(TEXTS);
    copyFileSync(former, file);
    await expect(read()).rejects.toThrow('meridian rotate secrets-key');
  }, 60_000);

  it('goes on after it was broken off between any two keys; global starts with what there is', async () => {
    const { file, open, rotate, read } = await logWithSecrets();
    makeNextKeyEncryptionKey(file);
    expect(await read()).toEqual(TEXTS);
    const { events, keys } = await open();
    const [newest] = keyEncryptionKeys(file);
    const [some] = await keys.all();
    if (!some) throw new Error('there are data keys');
    const plain = unwrap(keyEncryptionKeys(file), some.wrapped, some.keyId);
    await keys.replace(some, wrap(newest, plain ?? new Uint8Array(), some.keyId));
    const total = (await keys.all()).length;
    await events.close();
    expect(await read()).toEqual(TEXTS);
    expect((await rotate()).out).toMatch(new RegExp(`^${total - 1} keys of secrets are wrapped`));
    expect(keyEncryptionKeys(file).map((key) => Buffer.from(key))).toEqual([Buffer.from(newest)]);
    expect(await read()).toEqual(TEXTS);
  }, 60_000);

  it('tells of a secret that is beyond reading, and takes the others over', async () => {
    const { file, open, rotate, read } = await logWithSecrets();
    const { events } = await open();
    await events.db.query('UPDATE data_key SET wrapped = reverse(wrapped) WHERE rkey = $1', ['-/GlobalSecret/second']);
    await events.close();
    const { status, out } = await rotate();
    expect([status, out]).toEqual([0, expect.stringContaining('-/GlobalSecret/second opens with none of the keys')]);
    expect(keyEncryptionKeys(file)).toHaveLength(1);
    await expect(read()).rejects.toThrow('"second" cannot be opened');
  }, 60_000);

  it('takes a key that is given by the environment from there', async () => {
    const [present, next] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];
    const { rotate, read } = await logWithSecrets(present);
    expect(await rotate()).toMatchObject({
      status: 1,
      err: expect.stringContaining('give the next one and the present'),
    });
    expect((await rotate({ MERIDIAN_GLOBAL_SECRETS_KEY: `${next} ${present}` })).status).toBe(0);
    expect(await read(next)).toEqual(TEXTS);
    await expect(read(present)).rejects.toThrow('sealed with another key-encryption key');
  }, 60_000);

  it('is not made while global runs on the log, nor with the wrong key', async () => {
    const { file, open, rotate, read } = await logWithSecrets();
    const held = readFileSync(file, 'utf8');
    const { events } = await open();
    const leadership = await events.tryLead(RELAY_LOCK);
    const { status, err } = await rotate();
    expect([status, err]).toEqual([1, expect.stringMatching(/a global control plane runs on this log|in use/)]);
    await leadership?.release();
    await events.close();
    writeFileSync(file, `${randomBytes(32).toString('base64')}\n`);
    expect((await rotate()).err).toContain('sealed with another key-encryption key');
    writeFileSync(file, held);
    expect(await read()).toEqual(TEXTS);
  }, 60_000);
});
