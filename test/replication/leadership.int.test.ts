import { expect, it, onTestFinished } from 'vitest';
import pg from 'pg';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { openPolicyLog } from '../../global/command/openPolicyLog.ts';
import { systemCredential } from '../../global/hubAccess/credentials.ts';
import { ensureHubKeys } from '../../global/hubAccess/ensureHubKeys.ts';
import { hubCredentials } from '../../global/log/hubCredentials.ts';
import { connectToSystem } from '../../global/relay/natsConnection.ts';
import { RELAY_LOCK } from '../../global/relay/relay.ts';
import { startRelaying } from '../../global/relay/startRelaying.ts';
import { keyGrants } from '../../global/secret/keyGrants.ts';
import { eventually } from '../support/eventually.ts';
import { startPostgres } from '../support/postgres.ts';
import { tempDir } from '../support/tempDir.ts';
import { startHubServer } from './wiring.ts';

it('an instance of global that relays no longer has no trouble with it', async () => {
  const { path, remove } = await tempDir('leadership');
  onTestFinished(remove);
  const postgres = await startPostgres();
  onTestFinished(() => postgres.stop());
  const url = await postgres.createDatabase();
  const now = () => new Date();
  const settings = { 'data.dir': path, 'secrets.keyFile': '', 'secrets.key': '', 'mesh.createDefault': false };
  const { events, commands, keys, keks } = await openPolicyLog({ ...settings, 'store.url': url, now });
  onTestFinished(() => events.close());
  await ensureHubKeys(commands);
  const { server, connection: hub, keys: hubKeys, url: hubUrl } = await startHubServer(path);
  const system = await connectToSystem({
    url: hubUrl,
    ca: hubKeys.trusted,
    credential: await systemCredential(hubKeys),
  });
  const relaying = startRelaying({
    ...{ events, commands, hub, system, departures: keys },
    credentials: hubCredentials(events.db),
    grants: keyGrants(keks, keys),
    runtime: { log: pino({ level: 'silent' }), metrics: new Registry(), now, onError: () => () => {} },
  });
  onTestFinished(async () => {
    await Promise.all([system.close(), hub.nats.close()]);
    await relaying.stop();
    await server.stop();
  });
  await eventually(async () => expect((await hub.jsm.streams.info('EVENTS')).state.last_seq).toBe(await events.head()));
  await server.kill();
  await eventually(() => expect(relaying.trouble()).not.toBe(''));

  const other = new pg.Client({ connectionString: url });
  await other.connect();
  onTestFinished(() => other.end());
  // It waits for the lock, and gets it when the connection that holds it breaks.
  const led = other.query('SELECT pg_advisory_lock($1)', [RELAY_LOCK]);
  await events.db.query(
    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = $1 AND granted",
    [RELAY_LOCK],
  );
  await led;
  await eventually(() => expect(relaying.trouble()).toBe(''));
}, 180_000);
