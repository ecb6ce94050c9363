import { z, type ZodType } from 'zod';

/** To compile a schema takes as long as to use it some hundred times; most types have fewer resources. */
const OFTEN = 100;

/** A schema that is compiled once it has been used often: the same results, several times as fast. @returns the schema to use now */
export function oftenUsed<Schema extends ZodType>(schema: Schema): () => Schema {
  let uses = 0;
  let current = schema;
  return () => {
    if (++uses === OFTEN) current = z.compile(schema);
    return current;
  };
}
