import { describe, expect, test } from 'vitest';
import { resourceCases } from '../../test/support/resourceCases.ts';
import { testRegistry } from '../../test/support/restFixture.ts';
import { parseResource } from './parseResource.ts';

const AT = '2026-11-21T02:22:33Z';

for (const { file, cases } of resourceCases(new URL('./', import.meta.url))) {
  describe(file, () => {
    test.each(cases.map((one) => [one.why, one] as const))('%s', (_why, one) => {
      const { body, spec, warnings, violations, malformed } = one;
      const descriptor = testRegistry.byType(body.type);
      if (!descriptor) throw new Error(`no type ${body.type}`);
      const parsed = parseResource(descriptor, body, AT);
      if (parsed.ok) {
        expect({ violations, malformed }).toEqual({ violations: undefined, malformed: undefined });
        if (warnings) expect(descriptor.warnings?.(parsed.resource) ?? []).toEqual(warnings);
        if (!warnings || spec) expect(parsed.resource.spec).toEqual(spec);
        return;
      }
      expect(parsed.malformed).toBe(malformed);
      if (malformed === undefined) {
        expect(parsed.violations.map(({ field, reason }) => `${field}: ${reason}`)).toEqual(violations);
      }
    });
  });
}

const mesh = testRegistry.byType('Mesh')!;
const timeout = testRegistry.byType('MeshTimeout')!;

test('a flat type: everything but the envelope is spec; times and labels are taken or made', () => {
  const body = {
    type: 'Mesh',
    name: 'demo',
    labels: { a: 'b' },
    creationTime: '0001-01-01T00:00:00Z',
    kri: 'x',
    routing: { localityAwareLoadBalancing: true },
  };
  expect(parseResource(mesh, body, AT)).toEqual({
    ok: true,
    resource: {
      type: 'Mesh',
      mesh: '',
      name: 'demo',
      labels: { a: 'b' },
      creationTime: AT,
      modificationTime: AT,
      spec: { routing: { localityAwareLoadBalancing: true } },
    },
  });
});

test('a new-style type without mesh is of mesh default', () => {
  expect(parseResource(timeout, { type: 'MeshTimeout', name: 't', spec: {}, status: { x: 1 } }, AT)).toMatchObject({
    ok: true,
    resource: { mesh: 'default', spec: {} },
  });
});

test('null is an empty document, as Go reads it', () => {
  for (const descriptor of [mesh, timeout])
    expect(parseResource(descriptor, null, AT)).toEqual(parseResource(descriptor, {}, AT));
});

test.each([
  [[], 'array'],
  ['text', 'string'],
  [5, 'number'],
  [true, 'bool'],
])('%j is no resource', (body, type) => {
  const unread = `json: cannot unmarshal ${type} into Go value of type`;
  expect(parseResource(mesh, body, AT)).toMatchObject({ malformed: `${unread} v1alpha1.ResourceMeta` });
  expect(parseResource(timeout, body, AT)).toMatchObject({ malformed: `${unread} map[string]interface {}` });
});

test.each([
  [{ name: 5 }, 'number into Go struct field ResourceMeta.name of type string'],
  [{ labels: ['a'] }, 'array into Go struct field ResourceMeta.labels of type map[string]string'],
  [{ labels: { a: true } }, 'bool into Go struct field ResourceMeta.labels of type string'],
  [{ creationTime: 5, name: 5 }, undefined, 'Time.UnmarshalJSON: input is not a JSON string'],
  [
    { modificationTime: 'now' },
    undefined,
    'parsing time "now" as "2006-01-02T15:04:05Z07:00": cannot parse "now" as "2006"',
  ],
])('the envelope of a flat type is read by Go: %j', (wrong, unread, fault = `json: cannot unmarshal ${unread}`) => {
  expect(parseResource(mesh, { type: 'Mesh', name: 'a', ...wrong }, AT)).toMatchObject({ malformed: fault });
});

test('null leaves a field of the envelope of a flat type as it is', () => {
  expect(parseResource(mesh, { type: 'Mesh', name: 'a', mesh: null, labels: null }, AT)).toMatchObject({
    ok: true,
    resource: { labels: {} },
  });
  expect(parseResource(mesh, { type: 'Mesh', name: 'a', labels: { a: null } }, AT)).toMatchObject({
    resource: { labels: { a: '' } },
  });
});

test.each([
  [{ name: 5 }, 'name in body must be of type string: "number"'],
  [{ name: { toString: 1 } }, 'name in body must be of type string: "object"'],
  [{ mesh: null }, 'mesh in body must be of type string: "null"'],
  [{ labels: null }, 'labels in body must be of type object: "null"'],
  [{ labels: { a: { toString: 1 } } }, 'labels.a in body must be of type string: "object"'],
  [{ labels: { a: 1 } }, 'labels.a in body must be of type string: "number"'],
  [{ spec: [] }, 'spec in body must be of type object: "array"'],
  [{ creationTime: 5 }, 'creationTime in body must be of type string: "number"'],
  [{ modificationTime: 'now' }, 'modificationTime in body must be of type date-time: "now"'],
])('that of a new-style type by its OpenAPI schema: %j', (wrong, reason) => {
  expect(parseResource(timeout, { type: 'MeshTimeout', name: 't', spec: {}, ...wrong }, AT)).toEqual({
    ok: false,
    violations: [{ field: '', reason }],
  });
});

test('the schema complains of envelope and spec together, before a text is read as what it should hold', () => {
  const unread = { default: { idleTimeout: 'abc' } };
  const fields = (body: object) => {
    const parsed = parseResource(timeout, { type: 'MeshTimeout', mesh: 'default', name: 't', ...body }, AT);
    return parsed.ok ? [] : [parsed.malformed, ...parsed.violations.map(({ field, reason }) => field || reason)];
  };
  expect(fields({ type: undefined, spec: { to: [{ default: 5 }, unread] } })).toEqual([
    undefined,
    '.type in body is required',
    'spec.to[0].default',
  ]);
  expect(fields({ spec: { to: [{ default: 5 }, unread] } })).toEqual([undefined, 'spec.to[0].default']);
  expect(fields({ spec: { to: [unread] } })[0]).toBe('time: invalid duration "abc"');
});

test('a secret of very many equals signs is read at once', () => {
  const secret = testRegistry.byType('Secret')!;
  const body = { type: 'Secret', mesh: 'default', name: 's', data: `${'='.repeat(1_000_000)}a` };
  expect(parseResource(secret, body, AT)).toMatchObject({
    ok: false,
    malformed: 'illegal base64 data at input byte 1000001',
  });
});
