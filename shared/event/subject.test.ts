import { expect, it } from 'vitest';
import { isEncoded, keyOfSubject, subjectOf, zoneOfSubject } from './subject.ts';

it('a resource is found again by its subject, whatever its names hold', () => {
  const key = { mesh: 'a.b', type: 'Dataplane', name: '* ~d>.x' };
  expect(isEncoded(subjectOf('up', key))).toBe(true);
  expect(keyOfSubject('up', subjectOf('up', key))).toEqual(key);
  expect(zoneOfSubject(`cp.zone.zone-1.${subjectOf('up', key)}`)).toEqual({ zone: 'zone-1', key });
});

it.each([
  'cp.zone.zone-1.up.*.Dataplane.x',
  'cp.zone.zone-1.up.-.*.x',
  'cp.zone.zone-1.up.-.ZoneIngress.>',
  'cp.zone.zone-1.up.-.ZoneIngress.*',
  'cp.zone.zone-1.up..Dataplane.x',
  'cp.zone.zone-1.up.-.ZoneIngress.',
  'cp.zone.*.up.-.ZoneIngress.x',
  'cp.zone..up.-.ZoneIngress.x',
  'cp.zone.zone-1.*.-.ZoneIngress.x',
  'cp.zone.zone-1.up.-.ZoneIngress.x.*',
])('%s names no resource of a zone', (subject) => {
  expect([isEncoded(subject), zoneOfSubject(subject)]).toEqual([false, undefined]);
});
