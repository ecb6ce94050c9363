import { z } from 'zod';
import type { Answer } from './exchange.ts';

const errorObject = z.looseObject({
  type: z.literal('/std-errors'),
  status: z.number(),
  title: z.string().min(1),
  detail: z.string().min(1),
  invalid_parameters: z.array(z.looseObject({ field: z.string(), reason: z.string().min(1) })).optional(),
});

/** Statuses that Kuma's router answers as plain text. */
const ROUTER = new Set([404, 405, 406, 415]);

/** What is wrong with an answer to hostile input: it must be a refusal in Kuma's words, or a success. `undefined`: nothing. */
export function verdict({ status, headers, body }: Answer): string | undefined {
  if (status === 0) return undefined;
  if (status < 400) return undefined;
  if (status >= 500) return `answered ${status}: ${body.slice(0, 300)}`;
  if (headers['content-type']?.startsWith('text/plain') && ROUTER.has(status)) return undefined;
  const parsed = errorObject.safeParse(json(body));
  if (!parsed.success) return `a ${status} that is not Kuma's error object: ${body.slice(0, 300)}`;
  if (parsed.data.status !== status) return `the error object says ${parsed.data.status}, the status line ${status}`;
  return undefined;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
