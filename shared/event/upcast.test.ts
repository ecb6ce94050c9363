import { expect, it } from 'vitest';
import { EVENT_SCHEMA } from './event.ts';
import { upcast, upcastEvent } from './upcast.ts';

const steps = { 1: (data: unknown) => `${data}-2`, 2: (data: unknown) => `${data}-3` };

it('goes up one version at a time', () => {
  expect(upcast(1, 'a', steps, 3)).toBe('a-2-3');
  expect(upcast(2, 'a', steps, 3)).toBe('a-3');
  expect(upcast(3, 'a', steps, 3)).toBe('a');
});

it('refuses what is newer, and a missing step', () => {
  expect(() => upcast(4, 'a', steps, 3)).toThrow(/schema 4/);
  expect(() => upcast(0, 'a', steps, 3)).toThrow(/from event schema 0 to 1/);
});

it('leaves an event of today as it is, and refuses one of tomorrow', () => {
  const today = { schema: EVENT_SCHEMA, resource: null };
  expect(upcastEvent(today)).toBe(today);
  const resource = { type: 'T', mesh: '', name: 'n', labels: {}, creationTime: '', modificationTime: '', spec: {} };
  expect(upcastEvent({ schema: EVENT_SCHEMA, resource })).toMatchObject({ resource });
  expect(() => upcastEvent({ schema: EVENT_SCHEMA + 1, resource })).toThrow(/reads up to/);
});
