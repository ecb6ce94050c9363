import { expect, it } from 'vitest';
import { z } from 'zod';
import { loadRegistry } from '../deploy/registry.ts';

// What is used often is read by a compiled schema (shared/resource/oftenUsed.ts): for no type may that be another.
const { all } = await loadRegistry();

it.each(all.map((descriptor) => [descriptor.type, descriptor.schema] as const))('%s can be compiled', (_, schema) => {
  const compiled = z.compile(schema);
  for (const spec of [
    {},
    { targetRef: { kind: 'Mesh' }, to: 1 },
    { networking: { address: '', inbound: [{ port: 1.5 }] } },
    null,
  ])
    expect(compiled.safeParse(spec).success).toBe(schema.safeParse(spec).success);
});
