import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';

export const exchange = z.strictObject({
  request: z.string(),
  why: z.string().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  /** JSON body. */
  body: z.unknown().optional(),
  /** Body as it is. */
  text: z.string().optional(),
  status: z.number(),
  /** JSON that the answer equals; see `mismatches` for what stands for values that differ each time. */
  answer: z.unknown().optional(),
  /** JSON that the answer has at least. */
  contains: z.unknown().optional(),
  answerText: z.string().optional(),
  answerHeaders: z.record(z.string(), z.string()).optional(),
  /** The answer's violations, as `field: reason`. */
  violations: z.array(z.string()).optional(),
});

/** A request and what is answered. */
export type Exchange = z.infer<typeof exchange>;

/** The `*.yaml` files of a folder, by name without the ending. A new case is a new file. @throws ZodError */
export function filesIn<T>(folder: URL, schema: z.ZodType<T>): (T & { readonly name: string })[] {
  return readdirSync(fileURLToPath(folder))
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .map((file) => ({
      ...schema.parse(parse(readFileSync(new URL(file, folder), 'utf8'))),
      name: file.replace(/\.yaml$/, ''),
    }));
}
