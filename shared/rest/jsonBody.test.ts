import { describe, expect, it } from 'vitest';
import { parseJsonBody } from './jsonBody.ts';

describe('a JSON body', () => {
  it('may not reach into prototypes, however it spells that', () => {
    expect(parseJsonBody('{"a":{"__proto__":{"b":1},"c":2}}')).toEqual({ a: { c: 2 } });
    expect(Object.keys(parseJsonBody(String.raw`{"\u005f_proto__":{"b":1},"c":2}`) as object)).toEqual(['c']);
  });

  it('is at most so deep, brackets in texts left out', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    expect(() => parseJsonBody(nested(201))).toThrow('exceeded max depth');
    expect(parseJsonBody(nested(200))).toBeInstanceOf(Array);
    const text = `${'['.repeat(300)}"\\`;
    expect(parseJsonBody(JSON.stringify({ text, after: text }))).toEqual({ text, after: text });
  });

  it('is refused in Go words when it is none', () => {
    expect(() => parseJsonBody('{"a":"[[')).toThrow('unexpected end of JSON input');
    expect(() => parseJsonBody('{a}')).toThrow("invalid character 'a'");
  });
});
