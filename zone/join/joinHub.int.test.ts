import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createUser } from '@nats-io/nkeys';
import { expect, it, onTestFinished, vi } from 'vitest';
import { certificateAuthority } from '../../test/support/certificates.ts';
import { tempDir } from '../../test/support/tempDir.ts';
import { keepCredential, readMembership } from './hubCredential.ts';
import { type Joined, joinHub } from './joinHub.ts';

const ISSUED = { jwt: 'a.b.c', expiresAt: '2126-01-01T00:00:00Z', hubUrl: 'tls://hub:7422', ca: 'PEM' };

/** A global whose answer to the next request for a credential can be said. */
async function startGlobal(answer: { status: number; body: object }): Promise<string> {
  const server = createServer((_, response) => response.writeHead(answer.status).end(JSON.stringify(answer.body)));
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function zone(expiresAt?: string) {
  const { path: folder, remove } = await tempDir('join');
  onTestFinished(remove);
  const hubUrl = 'tls://before:7422';
  const issuedAt = new Date().toISOString();
  if (expiresAt) keepCredential(folder, { jwt: 'x.y.z', ca: 'PEM' }, createUser(), { hubUrl, issuedAt, expiresAt });
  const errors: string[] = [];
  const join = async (globalUrl: string, ca?: string): Promise<Joined> => {
    const joined = await joinHub({
      zone: 'zone-1',
      folder,
      globalUrl,
      ca: () => ca,
      token: () => 't.o.k',
      onError: (error) => errors.push((error as Error).message),
    });
    onTestFinished(joined.stop);
    return joined;
  };
  return { folder, errors, join };
}

const ABSENT = 'http://127.0.0.1:1';
const LATER = '2126-01-01T00:00:00.000Z';
const OVER = '2026-01-01T00:00:00.000Z';

it('goes on with the credential that it has while global is absent or fails, and says until when', async () => {
  const failing = await startGlobal({ status: 500, body: { title: 'broken' } });
  const refusing = await startGlobal({ status: 401, body: { title: 'no', detail: 'the zone token t is revoked' } });
  for (const [url, reason] of [
    [ABSENT, `cannot reach global at ${ABSENT}`],
    [failing, '(500): broken'],
    [refusing, '(401): no: the zone token t is revoked'],
  ] as const) {
    const { folder, errors, join } = await zone(LATER);
    expect((await join(url)).membership).toMatchObject({ hubUrl: 'tls://before:7422', expiresAt: LATER });
    expect(errors[0]).toContain(reason);
    expect(errors[0]).toContain(`goes on with the one it has until ${LATER}`);
    expect(readMembership(folder)?.expiresAt).toBe(LATER);
  }
});

it('says that the hub lets it in no more when its credential is over', async () => {
  const { errors, join } = await zone(OVER);
  await join(ABSENT);
  expect(errors[0]).toContain(`the hub lets it in no more since ${OVER}`);
});

it('waits for global when it has no credential, and joins as soon as it gets one', async () => {
  const answer = { status: 503, body: { title: 'not yet' } as object };
  const { folder, errors, join } = await zone();
  const joining = join(await startGlobal(answer));
  await vi.waitFor(() => expect(errors[0]).toContain('the zone waits, it has no credential yet'), { timeout: 30_000 });
  Object.assign(answer, { status: 200, body: ISSUED });
  expect((await joining).membership).toMatchObject({ hubUrl: ISSUED.hubUrl, expiresAt: ISSUED.expiresAt });
  expect(readMembership(folder)?.hubUrl).toBe(ISSUED.hubUrl);
});

it('without a credential and without a global it says what to set', async () => {
  const { join } = await zone();
  await expect(join('')).rejects.toThrow('MERIDIAN_ZONE_GLOBAL_URL');
});

it('names the setting when global has a certificate of another CA', async () => {
  const [authority, stranger] = [await certificateAuthority('global'), await certificateAuthority('stranger')];
  const server = createTlsServer(await authority.issue('global'), (_, response) => response.end());
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { errors, join } = await zone(LATER);
  await join(`https://127.0.0.1:${(server.address() as AddressInfo).port}`, stranger.cert);
  expect(errors[0]).toContain('MERIDIAN_ZONE_GLOBAL_CA_FILE');
});
