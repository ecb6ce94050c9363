import { decode, encodeAccount } from '@nats-io/jwt';
import { expect, it, onTestFinished, vi } from 'vitest';
import { ACCOUNT_FORM, formOf, systemJwt } from '../../global/hubAccess/accountClaims.ts';
import { systemCredential } from '../../global/hubAccess/credentials.ts';
import type { HubAccount } from '../../global/hubAccess/currentAccount.ts';
import { onLeader } from '../../global/log/leader.ts';
import { pgLeadership } from '../../global/log/pgLeadership.ts';
import { givingWay } from '../../global/relay/givingWay.ts';
import { keepHubAccount } from '../../global/relay/keepHubAccount.ts';
import { connectToSystem } from '../../global/relay/natsConnection.ts';
import { openGate } from '../../global/relay/openGate.ts';
import { knownTo } from '../../global/relay/tellHub.ts';
import { gateOf } from '../../global/hubAccess/apiGate.ts';
import { startPostgres } from '../support/postgres.ts';
import { tempDir } from '../support/tempDir.ts';
import { eventually } from '../support/eventually.ts';
import { startHubServer } from './wiring.ts';

const LOCK = 1;

/** A hub and a database, and instances of global that keep the hub's account, one at a time. */
async function world() {
  const { path, remove } = await tempDir('two-globals');
  onTestFinished(remove);
  const [{ server, connection, url, keys }, postgres] = await Promise.all([startHubServer(path), startPostgres()]);
  onTestFinished(async () => {
    await connection.nats.close();
    await server.stop();
    await postgres.stop();
  });
  const credential = await systemCredential(keys);
  const system = await connectToSystem({ url, ca: keys.trusted, credential });
  onTestFinished(() => system.close());
  const id = keys.systemAccount.getPublicKey();
  const instance = (account: HubAccount) => {
    const { tryLead, close } = pgLeadership({ connectionString: postgres.url });
    let wake = () => {};
    let leads = false;
    const accounts = async () => [account];
    const deps = {
      nats: system,
      accounts,
      listen: (woken: () => void) => {
        wake = woken;
        return () => {};
      },
      givesWay: givingWay(() => performance.now()),
      onError: () => {},
    };
    const lead = onLeader({ tryLead, onError: () => {} }, LOCK, async (signal) => {
      leads = true;
      await keepHubAccount(deps, signal).finally(() => {
        leads = false;
      });
    });
    const stop = async () => {
      await lead();
      await close();
    };
    onTestFinished(stop);
    return { leads: () => leads, wake: () => wake(), stop };
  };
  return { keys, system, id, instance, known: () => knownTo(system, id) };
}

it('an older instance of global does not undo what a newer one tells the hub: that one leads then, and the older when it is alone', async () => {
  const { keys, system, id, instance, known } = await world();
  const ours: HubAccount = { id, content: 'ours', sign: (after) => systemJwt(keys, after) };
  const newer: HubAccount = {
    id,
    content: 'newer',
    // As the next version's, which says more than we know.
    sign: async (after) => {
      const { nats, iat } = decode<object>(await systemJwt(keys, after));
      const claims = { ...nats, description: 'newer', tags: [`meridian-form:${ACCOUNT_FORM + 1}`] };
      vi.useFakeTimers({ toFake: ['Date'], now: iat * 1_000 });
      const jwt = await encodeAccount('SYS', keys.systemAccount, claims, { signer: keys.operator });
      vi.useRealTimers();
      return jwt;
    },
  };
  const older = instance(ours);
  await eventually(() => expect(older.leads()).toBe(true));

  // A newer one starts, and tells the hub by itself what it needs, as one does whose way to JetStream the hub does not know.
  const needs = {
    nats: system,
    systemAccount: id,
    gate: `${gateOf(keys.account)}.next`,
    accounts: async () => [newer],
  };
  const tell = () => openGate({ ...needs, onError: () => {} });
  await tell();
  const next = instance(newer);
  await eventually(async () => {
    // A look of the older one that had begun before may have come after it: a newer one asks until its way is known.
    if (formOf(await known()) === ACCOUNT_FORM) await tell();
    older.wake();
    expect(next.leads()).toBe(true);
  });
  expect(older.leads()).toBe(false);
  expect(formOf(await known())).toBe(ACCOUNT_FORM + 1);

  await next.stop();
  await eventually(async () => expect(formOf(await known())).toBe(ACCOUNT_FORM));
  expect(older.leads()).toBe(true);
}, 340_000);
