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

  it.each(['/missing/x', '/hosts/9'])('says that there is no %s', (path) => {
    expect(() => patched({ hosts: ['a'] }, { op: 'remove', path })).toThrow(`there is no "${path}"`);
  });

  it.each(['/__proto__/reached', '/constructor/prototype/reached', '/__proto__'])(
    'does not leave the resource by %s',
    (path) => {
      expect(() => patched({ name: 'a' }, { op: 'add', path, value: { reached: 1 } })).toThrow('there is no');
      expect(({} as { reached?: unknown }).reached).toBeUndefined();
    },
  );
});
