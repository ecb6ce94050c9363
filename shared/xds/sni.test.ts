import { expect, it } from 'vitest';
import { tagSni } from './sni.ts';

it('an SNI in tag form always carries the mesh, and sorted tags', () => {
  expect(tagSni('backend', 'default')).toBe('backend{mesh=default}');
  expect(tagSni('backend', 'default', { version: '1', 'kuma.io/zone': 'east' })).toBe(
    'backend{kuma.io/zone=east,mesh=default,version=1}',
  );
});
