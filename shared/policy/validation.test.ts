import { describe, expect, test } from 'vitest';
import { loadRegistry } from '../../deploy/registry.ts';
import { type ResourceCase, resourceCases } from '../../test/support/resourceCases.ts';
import { parseResource } from '../resource/parseResource.ts';

const registry = await loadRegistry();

for (const { file, cases } of resourceCases(new URL('./', import.meta.url))) {
  describe(file, () => {
    test.each(cases.map((one) => [one.why, one] as const))('%s', (_why, { body, ...expected }) => {
      const { why: _, ...answer } = expected;
      expect(answerTo(body, answer)).toEqual(answer);
    });
  });
}

type Answer = Omit<ResourceCase, 'why' | 'body'>;

/** Only what the case looks at: of a valid body the spec, the warnings or neither. */
function answerTo(body: ResourceCase['body'], { spec, warnings }: Answer): Answer {
  const descriptor = registry.byType(body.type);
  if (!descriptor) throw new Error(`no type ${body.type}`);
  const parsed = parseResource(descriptor, { name: 'policy', ...body }, '2026-01-01T00:00:00Z');
  if (!parsed.ok && parsed.malformed !== undefined) return { malformed: parsed.malformed };
  if (!parsed.ok) return { violations: parsed.violations.map(({ field, reason }) => `${field}: ${reason}`) };
  return {
    ...(spec === undefined ? {} : { spec: parsed.resource.spec }),
    ...(warnings === undefined ? {} : { warnings: [...(descriptor.warnings?.(parsed.resource) ?? [])] }),
  };
}
