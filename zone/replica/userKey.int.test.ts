import { generateKeyPairSync } from 'node:crypto';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { expect, it, onTestFinished } from 'vitest';
import { loadRegistry } from '../../deploy/registry.ts';
import { ADMIN_TOKEN_SECRET } from '../../http/token/adminToken.ts';
import { USER_KEY_PREFIX } from '../../http/token/signingKey.ts';
import { KEPT_PREFIX, subjectOf } from '../../shared/event/subject.ts';
import { View } from '../../shared/view/view.ts';
import { startNatsServer } from '../../test/support/nats.ts';
import { provisionZoneLog } from './provision.ts';
import { natsZoneLog } from './zoneLog.ts';
import { ensureUserKey } from '../identity/ensureUserKey.ts';
import { zoneSealer } from '../identity/zoneSealer.ts';

it('of two control planes that start at once one makes the key of user tokens and the token of the first admin', async () => {
  const server = await startNatsServer();
  onTestFinished(() => server.stop());
  const nats = await connect({ servers: server.url });
  onTestFinished(() => nats.close());
  const leaf = { nats, js: jetstream(nats), jsm: await jetstreamManager(nats) };
  await provisionZoneLog(leaf, 'zone-1');
  const { privateKey } = generateKeyPairSync('x25519');
  const log = natsZoneLog(leaf, { registry: await loadRegistry(), sealer: zoneSealer(() => [privateKey]) });
  const applied: number[] = [];
  const replica = { applied: async (sequence: number) => void applied.push(sequence) };
  const start = () => ensureUserKey({ view: new View(), zone: 'zone-1', log, replica, now: () => new Date() });
  await Promise.all([start(), start()]);

  expect(applied).toHaveLength(1);
  const { state } = await leaf.jsm.streams.info('ZONE');
  expect(state.messages).toBe(2);
  for (const name of [ADMIN_TOKEN_SECRET, `${USER_KEY_PREFIX}-1`]) {
    const subject = subjectOf(KEPT_PREFIX, { type: 'GlobalSecret', mesh: '', name });
    expect((await leaf.jsm.streams.getMessage('ZONE', { last_by_subj: subject }))?.string()).toContain('"sealed"');
  }
});
