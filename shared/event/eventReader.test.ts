import { expect, it } from 'vitest';
import { loadRegistry } from '../../deploy/registry.ts';
import { resource } from '../../test/support/resource.ts';
import { resourceCases } from '../../test/support/resourceCases.ts';
import { eventReader } from './eventReader.ts';

const registry = await loadRegistry();
const reader = eventReader(registry);
const ofType = (type: string, spec: unknown) => resource(type, 'default', 'r', spec);

it('knows the types of this build', () => {
  expect([reader.knows('MeshTimeout'), reader.knows('MeshNovelty')]).toEqual([true, false]);
});

const cases = ['../policy/', '../resource/'].flatMap((folder) => resourceCases(new URL(folder, import.meta.url)));
const stored = cases.flatMap(({ cases: all }) =>
  all.flatMap(({ body }) => {
    const { schema, style } = registry.byType(body.type) ?? {};
    const parsed = schema?.safeParse(style === 'flat' ? body : body.spec);
    return parsed?.success ? [ofType(body.type, JSON.parse(JSON.stringify(parsed.data)))] : [];
  }),
);

it('takes every spec as global stores it', () => {
  expect(stored.length).toBeGreaterThan(50);
  for (const one of stored)
    expect([one.type, one.spec, reader.refusal?.(one)]).toEqual([one.type, one.spec, undefined]);
  expect(reader.refusal?.(ofType('Secret', { sealed: { keyId: 'k', iv: '', ciphertext: '' } }))).toBeUndefined();
});

it('refuses what would break whoever computes with it, and drops what it does not know', () => {
  const refused = reader.refusal?.(ofType('MeshTimeout', { to: 'everything' }));
  expect(refused).toMatch(/^spec\.to: /);
  expect(reader.refusal?.(ofType('MeshTimeout', null))).toMatch(/^spec: /);
  expect(reader.refusal?.(ofType('MeshTimeout', { targetRef: { kind: 'Mesh' }, novelty: 1 }))).toBeUndefined();
});

it('says the same of a type that it has read by the hundred', () => {
  const often = eventReader(registry);
  for (const one of stored) for (let i = 0; i < 600; i++) often.refusal?.(one);
  for (const { type, spec } of stored) {
    const wrong = Object.keys(spec as object).flatMap((field) =>
      [7, 'x', null, [{}]].map((value) => ({ ...(spec as object), [field]: value })),
    );
    for (const one of [spec, null, 7, ...wrong].map((changed) => ofType(type, changed)))
      expect([one, often.refusal?.(one)]).toEqual([one, eventReader(registry).refusal?.(one)]);
  }
});
