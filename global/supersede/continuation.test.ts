import { expect, it } from 'vitest';
import { resource } from '../../test/support/resource.ts';
import { continuation, type Stand } from './continuation.ts';

const timeout = (name: string) => resource('MeshTimeout', 'default', name);

function stand(name: string, version: number, lostVersion: number, isAlive = version > 0): Stand {
  const { type, mesh } = timeout(name);
  return { key: { type, mesh, name }, version, resource: isAlive ? timeout(name) : null, lostVersion };
}

/** Versions that the resources end at, and the position of the first event above. */
function outcome(stands: readonly Stand[], head: number, published: number) {
  const { taken, above } = continuation(stands, head, published);
  const versions = Object.fromEntries(stands.map(({ key, version }) => [key.name, version]));
  for (const { key } of [...taken, ...above]) versions[key.name] = (versions[key.name] ?? 0) + 1;
  return { versions, firstAbove: head + taken.length + 1, above: above.map(({ key, type }) => [key.name, type]) };
}

it('ends one above every lost version and position, whatever each resource had', () => {
  // Lost: two updates of a, the deletion of b, the making and deletion of c, which is 5 positions.
  expect(outcome([stand('a', 3, 5), stand('b', 1, 2), stand('c', 0, 2)], 10, 15)).toEqual({
    versions: { a: 6, b: 3, c: 3 },
    firstAbove: 16,
    above: [
      ['a', 'ResourceUpdated'],
      ['b', 'ResourceUpdated'],
      ['c', 'ResourceDeleted'],
    ],
  });
});

it('says again what was written after the restore and never published', () => {
  expect(outcome([stand('a', 3, 5), stand('new', 1, 0)], 11, 12)).toEqual({
    versions: { a: 6, new: 2 },
    firstAbove: 14,
    above: [
      ['a', 'ResourceUpdated'],
      ['new', 'ResourceUpdated'],
    ],
  });
});

it('fills positions up, where the hub knows fewer lost events than there were', () => {
  const { firstAbove, versions } = outcome([stand('a', 1, 2)], 10, 15);
  expect(firstAbove).toBe(16);
  expect(versions).toEqual({ a: 7 });
});

it('a resource that was deleted stays deleted', () => {
  expect(outcome([stand('a', 4, 5, false)], 4, 5).above).toEqual([['a', 'ResourceDeleted']]);
});
