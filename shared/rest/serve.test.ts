import { expect, test } from 'vitest';
import { toReply } from './serve.ts';

test('JSON looks as Kuma writes it, texts are as they are', () => {
  const body = { next: 'http://cp?offset=2&size=<2>', items: [] };
  expect(toReply({ status: 200, body })).toEqual({
    status: 200,
    headers: { 'content-type': 'application/json' },
    payload: '{\n "next": "http://cp?offset=2&size=<2>",\n "items": []\n}\n',
  });
  expect(toReply({ status: 200, body: 'a.b.c', contentType: 'text/plain' }).payload).toBe('a.b.c');
});
