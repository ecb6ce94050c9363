import type { LogEvent } from '../../event/event.ts';
import type { RestContext } from '../context.ts';
import { type Answer, ok, type RestRequest, type Route } from '../http.ts';
import type { LogQuery, LogReader } from '../ports.ts';
import { resourceJson } from '../resourceJson.ts';
import { logQuery } from './logQuery.ts';
import { nextLogLink } from './nextLogLink.ts';

const NDJSON = 'application/x-ndjson';

/** `GET /log`: who changed what, when and why; with `follow=true` one JSON text a line, without end. */
export function logRoutes(context: RestContext): Route[] {
  const { log } = context;
  if (!log) return [];
  return [
    {
      method: 'GET',
      path: '/log',
      title: 'Could not read the log',
      produces: [NDJSON],
      handler: async (request) => {
        const { follow, ...query } = logQuery(request.query);
        if (follow) return following(context, log, query, request);
        const { items, total } = await log.read(query);
        const next = items.length < query.limit ? null : nextLogLink(request, query.order, items.at(-1)?.position ?? 0);
        return ok({
          ...(total !== undefined && { total }),
          items: items.map((event) => eventJson(context, event)),
          next,
        });
      },
    },
  ];
}

function following(context: RestContext, log: LogReader, query: LogQuery, { signal }: RestRequest): Answer {
  const { after = 0, before: _before, order: _order, limit: _limit, ...filter } = query;
  const events = log.follow({ ...filter, after }, signal ?? new AbortController().signal);
  return { status: 200, contentType: NDJSON, body: lines(context, events) };
}

async function* lines(context: RestContext, events: AsyncIterable<LogEvent>): AsyncIterable<string> {
  // an empty line at once: the client sees that it is connected, however long nothing happens
  yield '\n';
  for await (const event of events) yield `${JSON.stringify(eventJson(context, event))}\n`;
}

/** An event as shown: the resource in the form of the API, without what a secret holds. */
function eventJson({ registry }: RestContext, event: LogEvent): object {
  const { position, id, change, type, key, version, at, by, resource } = event;
  const descriptor = registry.byType(key.type);
  const shown =
    resource && descriptor && resourceJson(descriptor, descriptor.adminOnly ? { ...resource, spec: {} } : resource);
  return { position, id, change, type, at, by, key, version, resource: shown ?? null };
}
