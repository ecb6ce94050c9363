import { expect, it } from 'vitest';
import { Quarantine } from './quarantine.ts';

const aside = (name: string, sequence = 1) => ({ stream: 'EVENTS', sequence, subject: name, reason: 'new' });

it('holds one message of a subject, the latest', () => {
  const quarantine = new Quarantine();
  quarantine.put(aside('a', 1));
  quarantine.put(aside('b', 2));
  quarantine.put(aside('a', 3));
  expect(quarantine.list.map(({ sequence }) => sequence)).toEqual([2, 3]);
  quarantine.remove('EVENTS', 'b');
  expect([quarantine.size, quarantine.has('EVENTS', 'a'), quarantine.has('ZONE', 'a')]).toEqual([1, true, false]);
});

it('tells of the latest only, and knows all of them', () => {
  const quarantine = new Quarantine();
  for (let n = 0; n < 250; n++) quarantine.put(aside(String(n), n));
  expect(quarantine.list).toHaveLength(100);
  expect(quarantine.list.at(-1)).toEqual(aside('249', 249));
  expect(quarantine.size).toBe(250);
  expect(quarantine.has('EVENTS', '0')).toBe(true);
  quarantine.remove('EVENTS', '0');
  expect([quarantine.size, quarantine.has('EVENTS', '0')]).toEqual([249, false]);
});

it('begins anew stream by stream', () => {
  const quarantine = new Quarantine();
  for (let n = 0; n < 150; n++) quarantine.put(aside(String(n), n));
  quarantine.put({ ...aside('up.x'), stream: 'ZONE' });
  quarantine.clear('EVENTS');
  expect([quarantine.size, quarantine.list.map(({ stream }) => stream)]).toEqual([1, ['ZONE']]);
});
