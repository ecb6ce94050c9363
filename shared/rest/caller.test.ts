import { describe, expect, test } from 'vitest';
import { isLocal } from './caller.ts';
import { goDurationMs } from '../resource/goDuration.ts';
import { NotJson, parseJsonBody } from './jsonBody.ts';

describe('a request of this host', () => {
  const local = { peer: '127.0.0.1', headers: { host: 'localhost:5681' } };
  const withHeaders = (headers: Record<string, string>) => ({
    peer: local.peer,
    headers: { ...local.headers, ...headers },
  });

  test.each([
    ['plain', local],
    ['IPv6', { peer: '::1', headers: { host: '[::1]:5681' } }],
    ['IPv4 seen by an IPv6 socket', { peer: '::ffff:127.0.0.1', headers: { host: '127.0.0.1' } }],
    ['a page of the same server', withHeaders({ origin: 'http://localhost:5681', 'sec-fetch-site': 'same-origin' })],
    ['typed into the browser', withHeaders({ 'sec-fetch-site': 'none' })],
  ])('%s', (_what, approach) => expect(isLocal(approach)).toBe(true));

  test.each([
    ['another peer', { ...local, peer: '10.0.0.1' }],
    ['another host name: DNS rebinding', withHeaders({ host: 'evil.example:5681' })],
    ['a host name that only looks local', withHeaders({ host: '127.0.0.1.evil.example' })],
    ['no host', { peer: '127.0.0.1', headers: {} }],
    ['forwarded', withHeaders({ forwarded: 'for=10.0.0.1' })],
    ['forwarded, emptily', withHeaders({ 'x-forwarded-for': '' })],
    ['forwarded by nginx', withHeaders({ 'x-real-ip': '10.0.0.1' })],
    ['a page of another site', withHeaders({ 'sec-fetch-site': 'cross-site' })],
    ['a page of another port', withHeaders({ origin: 'http://localhost:3000' })],
    ['a page of another host', withHeaders({ origin: 'https://evil.example' })],
  ])('is not: %s', (_what, approach) => expect(isLocal(approach)).toBe(false));
});

test('Go durations', () => {
  expect(['24h0m0s', '1.5h', '300ms', '1h1m1s', '0', '-1s', '2us'].map(goDurationMs)).toEqual([
    86_400_000, 5_400_000, 300, 3_661_000, 0, -1000, 0.002,
  ]);
  expect(['', '1', '1d', 'h', '1h ', 'soon', '1h30'].map(goDurationMs)).toEqual(Array(7).fill(undefined));
});

test('bodies that are not JSON, in Go’s words', () => {
  const message = (text: string) => {
    try {
      parseJsonBody(text);
      return undefined;
    } catch (error) {
      return error instanceof NotJson ? error.message : error;
    }
  };
  expect(message('{bad')).toBe("invalid character 'b' looking for beginning of object key string");
  expect(message('nope')).toMatch(/^invalid character '.' looking for beginning of value$/);
  expect(message('')).toBe('unexpected end of JSON input');
  expect(message('{"a":')).toBe('unexpected end of JSON input');
  expect(message('{"a":"')).toBe('unexpected end of JSON input');
  expect(message('['.repeat(201) + ']'.repeat(201))).toBe('exceeded max depth');
  expect(message(`["${'['.repeat(500)}\\"", ${'['.repeat(199)}1${']'.repeat(200)}`)).toBe(undefined);
});

test('no key reaches a prototype', () => {
  const parsed = parseJsonBody('{"__proto__":{"admin":true},"a":{"__proto__":1}}') as { a: object; admin?: boolean };
  expect(parsed.admin).toBeUndefined();
  expect(Object.keys(parsed)).toEqual(['a']);
  expect(Object.getPrototypeOf(parsed.a)).toBe(Object.prototype);
});
