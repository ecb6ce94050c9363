import { describe, expect, test } from 'vitest';
import { resourceCases } from '../../test/support/resourceCases.ts';
import { testRegistry } from '../../test/support/restFixture.ts';
import { parseResource } from './parseResource.ts';

const AT = '2026-11-21T02:22:33Z';

for (const { file, cases } of resourceCases(new URL('./', import.meta.url))) {
  describe(file, () => {
    test.each(cases.map((one) => [one.why, one] as const))('%s', (_why, { body, spec, violations, malformed }) => {
      const descriptor = testRegistry.byType(body.type);
      if (!descriptor) throw new Error(`no type ${body.type}`);
      const parsed = parseResource(descriptor, body, AT);
      if (parsed.ok) {
        expect({ violations, malformed }).toEqual({ violations: undefined, malformed: undefined });
        expect(parsed.resource.spec).toEqual(spec);
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

test.each([null, [], 'text', 5])('%j is no resource', (body) => {
  expect(parseResource(mesh, body, AT)).toMatchObject({
    ok: false,
    malformed: expect.stringContaining('into an object'),
  });
});

test('labels are texts', () => {
  expect(parseResource(mesh, { type: 'Mesh', name: 'a', labels: { a: 1 } }, AT)).toMatchObject({
    malformed: 'cannot unmarshal number into label a of type string',
  });
});
