import { z } from 'zod';
import { Invalid } from '../errors.ts';
import type { LogQuery } from '../ports.ts';

const position = z.coerce.number().int().min(0, 'is a position: 0 or more');

const schema = z.object({
  after: position.optional(),
  before: position.optional(),
  order: z.enum(['asc', 'desc']).optional(),
  limit: z.coerce.number().int().min(1, 'is 1 to 1000').max(1000, 'is 1 to 1000').default(100),
  type: z.string().optional(),
  mesh: z.string().optional(),
  name: z.string().optional(),
  user: z.string().optional(),
  change: z.string().optional(),
  event: z.enum(['ResourceCreated', 'ResourceUpdated', 'ResourceDeleted']).optional(),
  follow: z.enum(['true', 'false']).default('false'),
});

/**
 * Query of `GET /log`. Without `after` the newest come first, with it the oldest: so a reader pages on, and somebody who just
 * looks sees what was last. `size` means `limit`, as in Kuma's lists.
 * @throws Invalid
 */
export function logQuery(query: URLSearchParams): LogQuery & { readonly follow: boolean } {
  const given = Object.fromEntries([...query].filter(([, value]) => value !== ''));
  const { size, ...rest } = given;
  const result = schema.safeParse({ ...(size !== undefined && { limit: size }), ...rest });
  if (!result.success) {
    const violations = result.error.issues.map(({ path, message }) => ({ field: path.join('.'), reason: message }));
    throw new Invalid(violations, undefined, 'Invalid query');
  }
  const { follow, order, ...filter } = result.data;
  const set = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)) as typeof filter;
  return {
    ...(set as Omit<LogQuery, 'order'>),
    order: order ?? (filter.after === undefined ? 'desc' : 'asc'),
    follow: follow === 'true',
  };
}
