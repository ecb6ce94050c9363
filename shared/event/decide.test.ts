import { expect, test } from 'vitest';
import type { Resource } from '../resource/resource.ts';
import { decide } from './decide.ts';

const THEN = '2026-01-01T00:00:00Z';
const NOW = '2026-02-01T00:00:00Z';
const key = { type: 'Mesh', mesh: '', name: 'demo' };
const resource = (more: Partial<Resource> = {}): Resource => ({
  ...key,
  labels: {},
  creationTime: THEN,
  modificationTime: THEN,
  spec: { a: 1 },
  ...more,
});
const current = { resource: resource(), version: 4 };

test('a new resource is created, and must not exist by then', () => {
  expect(decide({ kind: 'put', resource: resource() }, undefined, NOW)).toEqual({
    status: 'created',
    events: [
      {
        type: 'ResourceCreated',
        key,
        resource: resource({ creationTime: NOW, modificationTime: NOW }),
        expectedVersion: 0,
      },
    ],
  });
});

test('a changed one is updated upon the version that was read, its creation time kept', () => {
  const put = resource({ spec: { a: 2 }, creationTime: NOW });
  expect(decide({ kind: 'put', resource: put }, current, NOW)).toEqual({
    status: 'updated',
    events: [
      {
        type: 'ResourceUpdated',
        key,
        resource: resource({ spec: { a: 2 }, modificationTime: NOW }),
        expectedVersion: 4,
      },
    ],
  });
});

test('an equal one makes no event, whatever the order of its fields and its times', () => {
  const before = {
    resource: resource({ spec: { a: 1, b: { c: [1], d: 2 } }, labels: { x: '1', y: '2' } }),
    version: 1,
  };
  const put = resource({
    spec: { b: { d: 2, c: [1], e: undefined }, a: 1 },
    labels: { y: '2', x: '1' },
    creationTime: NOW,
  });
  expect(decide({ kind: 'put', resource: put }, before, NOW)).toEqual({ status: 'unchanged', events: [] });
});

test('other labels are a change', () => {
  expect(decide({ kind: 'put', resource: resource({ labels: { x: '1' } }) }, current, NOW).status).toBe('updated');
});

test('a status is kept unless a new one is put', () => {
  const before = { resource: resource({ status: { ready: true } }), version: 1 };
  expect(decide({ kind: 'put', resource: resource() }, before, NOW).status).toBe('unchanged');
  const { events } = decide({ kind: 'put', resource: resource({ spec: {} }) }, before, NOW);
  expect(events[0]?.resource?.status).toEqual({ ready: true });
  expect(decide({ kind: 'put', resource: resource({ status: { ready: false } }) }, before, NOW).status).toBe('updated');
});

test('the version that the author saw goes before the one that was read', () => {
  const put = decide({ kind: 'put', resource: resource({ spec: {} }), expectedVersion: 3 }, current, NOW);
  expect(put.events[0]?.expectedVersion).toBe(3);
  expect(
    decide({ kind: 'put', resource: resource(), expectedVersion: 3 }, undefined, NOW).events[0]?.expectedVersion,
  ).toBe(3);
});

test('a delete takes what is there; of nothing it is nothing', () => {
  expect(decide({ kind: 'delete', key: resource() }, current, NOW)).toEqual({
    status: 'deleted',
    events: [{ type: 'ResourceDeleted', key, resource: null, expectedVersion: 4 }],
  });
  expect(decide({ kind: 'delete', key }, undefined, NOW)).toEqual({ status: 'unchanged', events: [] });
});
