import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { loadRegistry } from '../../../deploy/registry.ts';
import type { Document } from './documents.ts';
import { unknownFieldsOf } from './unknownFields.ts';

const registry = await loadRegistry();
const unknownFields = unknownFieldsOf();

/** Names of fields that are dropped. */
function dropped(document: Document): string[] {
  const descriptor = registry.byType(String(document.type));
  return descriptor && !descriptor.internal ? unknownFields(descriptor, document).map(({ field }) => field) : [];
}

test('a field that its type does not have is found, whatever holds it', () => {
  const timeout = {
    type: 'MeshTimeout',
    mesh: 'demo',
    name: 't',
    extra: 1,
    status: {},
    spec: {
      targetRef: { kind: 'MeshSubset', tags: { any: 'thing' }, tag: {} },
      to: [{ targetRef: { kind: 'Mesh' }, defualt: {}, default: { http: { 'request.timeout': '1s' } } }],
    },
  };
  expect(dropped(timeout)).toEqual([
    'extra',
    'spec.targetRef.tag',
    'spec.to[0].defualt',
    'spec.to[0].default.http["request.timeout"]',
  ]);
});

test('what a type leaves to others to read is not looked into', () => {
  const mesh = {
    type: 'Mesh',
    name: 'demo',
    mtls: { enabled_backend: 'ca', backends: [{ name: 'ca', type: 'builtin', conf: { any: 'thing' }, confs: {} }] },
    constructor: {},
  };
  expect(dropped(mesh)).toEqual(['mtls.backends[0].confs', 'constructor']);
  const metrics = { backends: [{ name: 'p', type: 'prometheus', conf: { aggregate: [{ name: 'a', adress: '' }] } }] };
  expect(dropped({ type: 'Mesh', name: 'demo', metrics })).toEqual(['metrics.backends[0].conf.aggregate[0].adress']);
});

test('a map is looked into, whatever its keys', () => {
  const zone = registry.byType('Zone');
  if (!zone) throw new Error('there are Zones');
  const schema = z.object({
    parts: z.record(z.string(), z.object({ on: z.boolean() })),
    free: z.looseObject({ on: z.boolean() }),
  });
  const document = {
    type: 'Mapped',
    name: 'm',
    parts: { 'a.b': { on: true, off: true } },
    free: { on: true, more: {} },
  };
  const found = unknownFields({ ...zone, type: 'Mapped', schema }, document);
  expect(found).toEqual([{ field: 'parts["a.b"].off', known: ['on'] }]);
});

test('it says what stands there else', () => {
  const descriptor = registry.byType('Zone');
  const found = descriptor && unknownFields(descriptor, { type: 'Zone', name: 'east', enable: false });
  expect(found).toMatchObject([{ field: 'enable', known: expect.arrayContaining(['enabled', 'labels']) }]);
});

test('nothing is found in the resources that snapshots are made of', () => {
  const shared = new URL('../../', import.meta.url);
  const files = readdirSync(fileURLToPath(shared), { recursive: true, encoding: 'utf8' });
  const inputs = files.filter((file) => file.endsWith('.input.yaml'));
  const documents = inputs.flatMap((file) =>
    (parseAllDocuments(readFileSync(new URL(file, shared), 'utf8')) as readonly { toJS(): unknown }[]).map(
      (one) => one.toJS() as Document & { origin?: unknown },
    ),
  );
  expect(documents.length).toBeGreaterThan(inputs.length);
  // The origin is what those files say of who wrote it.
  expect(documents.flatMap(({ origin: _, ...document }) => dropped(document))).toEqual([]);
});
