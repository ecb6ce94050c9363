import type { AddressInfo } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import type { LogEvent } from '../shared/event/event.ts';
import type { LogQuery, LogReader } from '../shared/rest/ports.ts';
import { NOW, restFixture } from '../test/support/restFixture.ts';
import { buildApp } from './app.ts';

const event = (position: number, type: string, spec: unknown): LogEvent => ({
  position,
  id: `e${position}`,
  change: { id: `c${position}`, index: 0, size: 1 },
  type: 'ResourceCreated',
  schema: 1,
  key: { type, mesh: type === 'Mesh' ? '' : 'demo', name: 'n' },
  version: 1,
  at: NOW,
  by: { user: 'john/', source: '10.0.0.1', client: 'kumactl', message: 'why not' },
  resource: {
    type,
    mesh: type === 'Mesh' ? '' : 'demo',
    name: 'n',
    labels: {},
    creationTime: NOW,
    modificationTime: NOW,
    spec,
  },
});

const queries: LogQuery[] = [];
let ended = false;
const log: LogReader = {
  read: async (query) => {
    queries.push(query);
    return {
      items: [event(2, 'Secret', { sealed: { ciphertext: 'c' } }), event(1, 'Mesh', { mtls: {} })].slice(
        0,
        query.limit,
      ),
    };
  },
  follow: async function* ({ after }, signal) {
    yield event(after + 1, 'Mesh', {});
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    ended = true;
  },
};
const { deps } = restFixture(
  { mode: 'global', environment: 'universal' },
  {
    log,
    rollouts: {
      list: async ({ limit }) => [{ change: 'c1', limit }],
      get: async (id) => (id === 'c1' ? { change: id } : undefined),
    },
    sync: { zones: async () => [{ zone: 'east', inSync: true }] },
  },
);
const app = buildApp(deps);
afterAll(() => app.close());

const get = (url: string) => app.inject({ method: 'GET', url });

test('events are shown with who and why, the newest first, and no secret among them', async () => {
  const answer = await get('/log?mesh=demo&type=&size=2');
  expect(queries.at(-1)).toEqual({ mesh: 'demo', limit: 2, order: 'desc' });
  const { items, next } = answer.json();
  expect(items[1]).toMatchObject({
    position: 1,
    key: { type: 'Mesh' },
    by: { message: 'why not' },
    resource: { type: 'Mesh', mtls: {} },
  });
  expect(items[0].resource).toMatchObject({ type: 'Secret', name: 'n' });
  expect(answer.body).not.toContain('ciphertext');
  expect(next).toBe('http://localhost:80/log?before=1&mesh=demo&order=desc&size=2&type=');
});

test('after a position the oldest come first', async () => {
  expect((await get('/log?after=5')).json().next).toBeNull();
  expect(queries.at(-1)).toEqual({ after: 5, limit: 100, order: 'asc' });
});

test('a wrong query names its field', async () => {
  const answer = await get('/log?after=x&limit=0');
  expect(answer.statusCode).toBe(400);
  expect(answer.json().invalid_parameters.map(({ field }: { field: string }) => field)).toEqual(['after', 'limit']);
});

test('following answers at once, a line an event, and ends with the client', async () => {
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  const gone = new AbortController();
  const answer = await fetch(`http://127.0.0.1:${port}/log?follow=true&after=7`, { signal: gone.signal });
  expect(answer.headers.get('content-type')).toBe('application/x-ndjson');
  let text = '';
  for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.trim()) break;
  }
  expect(JSON.parse(text.trim())).toMatchObject({ position: 8 });
  gone.abort();
  await expect.poll(() => ended).toBe(true);
});

test('rollouts and the sync of the zones', async () => {
  expect((await get('/rollouts?limit=5')).json()).toEqual({ items: [{ change: 'c1', limit: 5 }], next: null });
  expect((await get('/rollouts/c1')).json()).toEqual({ change: 'c1' });
  expect((await get('/rollouts/c2')).statusCode).toBe(404);
  expect((await get('/rollouts?limit=x')).statusCode).toBe(400);
  expect((await get('/sync')).json()).toEqual({ total: 1, items: [{ zone: 'east', inSync: true }], next: null });
});
