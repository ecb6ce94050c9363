import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../resource/json.ts';
import { applyJsonPatches } from './jsonPatch.ts';
import type { JsonPatch } from './schema.ts';

function patched(target: JsonObject, ...patches: JsonPatch[]): JsonObject {
  applyJsonPatches(target, patches);
  return target;
}

describe('JSON patch', () => {
  it.each<[JsonPatch, JsonObject]>([
    [
      { op: 'add', path: '/lbPolicy', value: 'RANDOM' },
      { connectTimeout: '5s', hosts: ['a', 'b'], lbPolicy: 'RANDOM' },
    ],
    [
      { op: 'add', path: '/hosts/1', value: 'x' },
      { connectTimeout: '5s', hosts: ['a', 'x', 'b'] },
    ],
    [
      { op: 'add', path: '/hosts/-', value: 'x' },
      { connectTimeout: '5s', hosts: ['a', 'b', 'x'] },
    ],
    [
      { op: 'replace', path: '/connect_timeout', value: '1s' },
      { connectTimeout: '1s', hosts: ['a', 'b'] },
    ],
    [
      { op: 'remove', path: '/hosts/0' },
      { connectTimeout: '5s', hosts: ['b'] },
    ],
    [
      { op: 'move', from: '/connectTimeout', path: '/a~1b' },
      { 'a/b': '5s', hosts: ['a', 'b'] },
    ],
    [
      { op: 'copy', from: '/hosts/0', path: '/name' },
      { connectTimeout: '5s', hosts: ['a', 'b'], name: 'a' },
    ],
  ])('%j', (patch, expected) => {
    expect(patched({ connectTimeout: '5s', hosts: ['a', 'b'] }, patch)).toEqual(expected);
  });

  it.each<[JsonPatch, JsonObject]>([
    [
      { op: 'add', path: '/outlier/limits/max', value: 1 },
      { hosts: ['a', 'b'], outlier: { limits: { max: 1 } } },
    ],
    [
      { op: 'add', path: '/filters/-', value: { name: 'x' } },
      { hosts: ['a', 'b'], filters: [{ name: 'x' }] },
    ],
    [{ op: 'remove', path: '/missing/x' }, { hosts: ['a', 'b'] }],
    [{ op: 'remove', path: '/hosts/9' }, { hosts: ['a', 'b'] }],
    [{ op: 'replace', path: '/hosts/-1', value: 'x' }, { hosts: ['a', 'x'] }],
  ])("Kuma's liberties: %j", (patch, expected) => {
    expect(patched({ hosts: ['a', 'b'] }, patch)).toEqual(expected);
  });

  it.each<JsonPatch>([
    { op: 'replace', path: '/missing', value: 1 },
    { op: 'add', path: '/hosts/9', value: 1 },
    { op: 'copy', path: '/x', from: '/missing/x' },
    { op: 'move', path: '/x', from: '/hosts/9' },
  ])('says what is not there: %j', (patch) => {
    expect(() => patched({ hosts: ['a'] }, patch)).toThrow(`there is no "${patch.from ?? patch.path}"`);
  });

  it.each(['/__proto__/reached', '/constructor/prototype/reached', '/__proto__'])(
    'does not leave the resource by %s',
    (path) => {
      try {
        patched({ name: 'a' }, { op: 'add', path, value: { reached: 1 } });
      } catch (error) {
        expect((error as Error).message).toContain('there is no');
      }
      expect(({} as { reached?: unknown }).reached).toBeUndefined();
    },
  );

  it('leaves the values of the policy as they are', () => {
    const value = { max: 1 };
    patched({}, { op: 'add', path: '/limits', value }, { op: 'replace', path: '/limits/max', value: 2 });
    expect(value).toEqual({ max: 1 });
  });
});
