import { afterAll, expect, test } from 'vitest';
import { restFixture } from '../test/support/restFixture.ts';
import { buildApp } from './app.ts';

const USER_KEY = `U${'A'.repeat(55)}`;
const credential = { jwt: 'a.b.c', expiresAt: '2026-12-21T00:00:00Z', hubUrl: 'tls://hub:7422', ca: 'PEM' };
const asked: object[] = [];
const { deps } = restFixture(
  { mode: 'global', environment: 'universal' },
  {
    zoneCredentials: {
      issue: async (request) => {
        asked.push(request);
        if (request.token === 'old')
          throw Object.assign(new Error('the zone token t is revoked'), { name: 'TokenRefused' });
        return credential;
      },
    },
  },
);
const app = buildApp(deps);
afterAll(() => app.close());

async function post(zone: string, authorization: string | undefined, payload: object = { userKey: USER_KEY }) {
  const headers = { 'content-type': 'application/json', ...(authorization && { authorization }) };
  const answer = await app.inject({ method: 'POST', url: `/zones/${zone}/credentials`, headers, payload });
  return { status: answer.statusCode, body: answer.json() };
}

test('a zone with its token gets a credential', async () => {
  expect(await post('zone-1', 'Bearer good')).toEqual({ status: 200, body: credential });
  expect(asked.at(-1)).toEqual({ zone: 'zone-1', token: 'good', userKey: USER_KEY });
});

test('without a token, or with a refused one, it gets none: being on this host does not help', async () => {
  expect((await post('zone-1', undefined)).status).toBe(401);
  expect((await post('zone-1', 'Basic eDp5')).status).toBe(401);
  expect(await post('zone-1', 'Bearer old')).toMatchObject({
    status: 401,
    body: { detail: 'the zone token t is revoked' },
  });
});

test('names that would reach into other subjects, and keys that are none, are refused before anybody is asked', async () => {
  const before = asked.length;
  for (const zone of ['global', 'a.b', '*', '%3E', 'Zone', '-a'])
    expect(await post(zone, 'Bearer good'), zone).toMatchObject({
      status: 400,
      body: { invalid_parameters: [{ field: 'name' }] },
    });
  for (const userKey of ['', 'A'.repeat(56), `${USER_KEY}A`, USER_KEY.toLowerCase(), undefined])
    expect(await post('zone-1', 'Bearer good', { userKey })).toMatchObject({
      status: 400,
      body: { invalid_parameters: [{ field: 'userKey' }] },
    });
  expect(asked).toHaveLength(before);
});
