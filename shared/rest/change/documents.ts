import { z } from 'zod';
import { BadRequest, Invalid } from '../errors.ts';
import { NotJson, parseJsonBody } from '../jsonBody.ts';

const changeBody = z
  .strictObject({
    documents: z.array(z.looseObject({})).default([]),
    /** What is deleted; `ifMatch` as of the documents. */
    deletions: z
      .array(
        z.strictObject({
          type: z.string(),
          mesh: z.string().optional(),
          name: z.string(),
          ifMatch: z.string().optional(),
        }),
      )
      .default([]),
    /** ETags that the author read, by the document's place; `null`: whatever is there. */
    ifMatch: z.array(z.string().nullable()).default([]),
    /** `*`: there must be none, by the document's place; `null`: whatever is there. */
    ifNoneMatch: z.array(z.literal('*').nullable()).default([]),
  })
  .refine(({ documents, deletions }) => documents.length + deletions.length > 0, {
    path: ['documents'],
    error: 'is empty, and nothing is deleted',
  })
  .refine(({ documents, ifMatch }) => ifMatch.length <= documents.length, tooMany('ifMatch'))
  .refine(({ documents, ifNoneMatch }) => ifNoneMatch.length <= documents.length, tooMany('ifNoneMatch'));

function tooMany(field: string) {
  return { path: [field], error: 'has more entries than there are documents' };
}

/** The body of a change. */
export type ChangeBody = Readonly<z.infer<typeof changeBody>>;

/** A resource that is to be deleted. */
export type Deletion = ChangeBody['deletions'][number];

/** A resource as it was written. */
export type Document = Readonly<Record<string, unknown>>;

/**
 * `{"documents": [{"type": …, "name": …}, …], "ifMatch": ["\"3\"", null, …], "ifNoneMatch": [null, "*", …],
 * "deletions": [{"type": …, "mesh": …, "name": …, "ifMatch": "\"3\""}, …]}`
 * @throws BadRequest, Invalid
 */
export function changeBodyOf(body: string): ChangeBody {
  let json: unknown;
  try {
    json = parseJsonBody(body);
  } catch (error) {
    if (error instanceof NotJson) throw new BadRequest(`invalid change: ${error.message}`);
    throw error;
  }
  const parsed = changeBody.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new Invalid(
    parsed.error.issues.map(({ path, message }) => ({
      field: path.map((part) => (typeof part === 'number' ? `[${part}]` : String(part))).join(''),
      reason: `${message}; a change is {"documents": [resource, …]}`,
    })),
    undefined,
    'The change is not valid',
  );
}
