import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';

const resourceCase = z.strictObject({
  why: z.string(),
  /** Body as a client sends it. */
  body: z.looseObject({ type: z.string() }),
  /** The spec it is parsed to, where it is valid. */
  spec: z.unknown().optional(),
  /** What is said after a write that worked, where a case looks at it. */
  warnings: z.array(z.string()).optional(),
  /** Its violations, as `field: reason`. */
  violations: z.array(z.string()).optional(),
  /** The parser's message of a body that is answered `Bad Request`. */
  malformed: z.string().optional(),
});

export type ResourceCase = z.infer<typeof resourceCase>;

/**
 * The cases of all types below a folder: `<type>/testdata/*.yaml`, each a list. A new case is a few lines. Snapshots
 * (`*.input.yaml`, `*.golden.yaml`) lie beside them.
 */
export function resourceCases(folder: URL): { readonly file: string; readonly cases: readonly ResourceCase[] }[] {
  return readdirSync(fileURLToPath(folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(fileURLToPath(new URL(`${entry.name}/testdata/`, folder))))
    .flatMap(({ name }) =>
      readdirSync(fileURLToPath(new URL(`${name}/testdata/`, folder)))
        .filter((file) => /^[^.]+\.yaml$/.test(file))
        .map((file) => ({
          file: `${name}/${file}`,
          cases: z.array(resourceCase).parse(parse(readFileSync(new URL(`${name}/testdata/${file}`, folder), 'utf8'))),
        })),
    );
}
