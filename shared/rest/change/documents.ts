import { z } from 'zod';
import { BadRequest, Invalid } from '../errors.ts';
import { NotJson, parseJsonBody } from '../jsonBody.ts';

const changeBody = z.strictObject({ documents: z.array(z.looseObject({})).min(1) });

/** A resource as it was written. */
export type Document = Readonly<Record<string, unknown>>;

/** The documents of a change's body: `{"documents": [{"type": …, "name": …}, …]}`. @throws BadRequest, Invalid */
export function documentsOf(body: string): readonly Document[] {
  let json: unknown;
  try {
    json = parseJsonBody(body);
  } catch (error) {
    if (error instanceof NotJson) throw new BadRequest(`invalid change: ${error.message}`);
    throw error;
  }
  const parsed = changeBody.safeParse(json);
  if (parsed.success) return parsed.data.documents;
  throw new Invalid(
    parsed.error.issues.map(({ path, message }) => ({
      field: path.map((part) => (typeof part === 'number' ? `[${part}]` : String(part))).join(''),
      reason: `${message}; a change is {"documents": [resource, …]}`,
    })),
    undefined,
    'The change is not valid',
  );
}
