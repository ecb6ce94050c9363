import type { RestContext } from './context.ts';
import { Invalid, NotFound } from './errors.ts';
import { ok, type Route } from './http.ts';

const MAX = 1000;

/** `GET /rollouts`: how changes get on in the zones and at the proxies; `GET /sync`: how far each zone is, and why not further. */
export function rolloutRoutes({ rollouts, sync }: RestContext): Route[] {
  const routes: Route[] = [];
  if (rollouts) {
    routes.push(
      {
        method: 'GET',
        path: '/rollouts',
        title: 'Could not retrieve rollouts',
        handler: async ({ query }) => {
          const limit = whole(query, 'limit') ?? whole(query, 'size') ?? 20;
          if (limit < 1 || limit > MAX)
            throw new Invalid([{ field: 'limit', reason: `is 1 to ${MAX}` }], undefined, 'Invalid query');
          const before = whole(query, 'before');
          const items = await rollouts.list({ limit, ...(before !== undefined && { before }) });
          return ok({ items, next: null });
        },
      },
      {
        method: 'GET',
        path: '/rollouts/:change',
        title: 'Could not retrieve a rollout',
        handler: async ({ params: { change = '' } }) => {
          const rollout = await rollouts.get(change);
          if (!rollout) throw new NotFound();
          return ok(rollout);
        },
      },
    );
  }
  if (sync) {
    routes.push({
      method: 'GET',
      path: '/sync',
      title: 'Could not retrieve the sync status',
      handler: async () => {
        const items = await sync.zones();
        return ok({ total: items.length, items, next: null });
      },
    });
  }
  return routes;
}

/** @throws Invalid */
function whole(query: URLSearchParams, field: string): number | undefined {
  const text = query.get(field);
  if (!text) return undefined;
  if (!/^\d+$/.test(text)) throw new Invalid([{ field, reason: 'is a whole number' }], undefined, 'Invalid query');
  return Number(text);
}
