import { z } from 'zod';

/** What an answer says of a resource beside what became of it. */
export const remarks = {
  warnings: z.array(z.string()).optional(),
  /** Fields that the type does not have, and those that stand there else. */
  unknownFields: z.array(z.looseObject({ field: z.string(), known: z.array(z.string()) })).optional(),
};

export type Remarks = z.infer<z.ZodObject<typeof remarks>>;
