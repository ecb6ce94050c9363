import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTagSni, tagSni } from './sni.ts';

describe('SNI in tag form', () => {
  it('always carries the mesh, and sorted tags', () => {
    expect(tagSni('backend', 'default')).toBe('backend{mesh=default}');
    expect(tagSni('backend', 'default', { version: '1', 'kuma.io/zone': 'east' })).toBe(
      'backend{kuma.io/zone=east,mesh=default,version=1}',
    );
  });

  it('is read back', () => {
    const word = fc.stringMatching(/^[a-z0-9._:-]{1,12}$/);
    fc.assert(
      fc.property(word, word, fc.dictionary(word, word), (service, mesh, tags) => {
        expect(parseTagSni(tagSni(service, mesh, tags))).toEqual({ service, tags: { ...tags, mesh } });
      }),
    );
  });

  it('without braces is a service; anything else is none', () => {
    expect(parseTagSni('backend')).toEqual({ service: 'backend', tags: {} });
    for (const wrong of ['', 'a{', '{mesh=m}', 'a{mesh}', 'a{mesh=m}b']) expect(parseTagSni(wrong)).toBeUndefined();
  });
});
