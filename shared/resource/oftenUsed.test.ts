import { expect, it } from 'vitest';
import { z } from 'zod';
import { oftenUsed } from './oftenUsed.ts';

it('is compiled once it was used often, and says the same', () => {
  const schema = z.object({ name: z.string().min(1), port: z.coerce.number().int().optional() });
  expect(oftenUsed(schema)).toBe(schema);
  for (let i = 0; i < 1_000; i++) oftenUsed(schema);
  const compiled = oftenUsed(schema);
  expect(compiled).not.toBe(schema);
  expect(oftenUsed(schema)).toBe(compiled);
  for (const value of [{ name: 'a', port: '80', more: 1 }, { name: '' }, { port: 1.5 }, null])
    expect(compiled.safeParse(value)).toEqual(schema.safeParse(value));
});
