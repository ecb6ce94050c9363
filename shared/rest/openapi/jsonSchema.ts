import { z } from 'zod';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** What a client may write, as JSON Schema 2020-12. Rules that a schema cannot say are left out; the server has them still. */
export function jsonSchema(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema: target }) => {
      const { def } = zodSchema._zod;
      // A step that tidies up takes anything; what follows it is what is meant.
      if (def.type === 'pipe' && def.in._zod.def.type === 'transform')
        Object.assign(target, jsonSchema(def.out as z.ZodType));
    },
  });
  return rest;
}
