import { isOwn } from '../../resource/role.ts';
import { requireRight } from '../access.ts';
import { descriptorOf, requireShown, type RestContext } from '../context.ts';
import { NotFound, RestError } from '../errors.ts';
import { goBool } from '../goBool.ts';
import type { Answer, RestRequest, Route } from '../http.ts';
import type { EnvoyAdmin, Stored } from '../ports.ts';

const TITLE = 'Could not execute admin operation';

/** What a proxy's Envoy says of itself: `xds`, `stats`, `clusters`. */
export function envoyAdminRoutes(context: RestContext): Route[] {
  const places = [
    { type: 'Dataplane', paths: ['/meshes/:mesh/dataplanes/:name'], missing: 'Could not get dataplane resource' },
    { type: 'ZoneIngress', paths: ['/zoneingresses/:name'], missing: 'Could not get zone ingress resource' },
    { type: 'ZoneEgress', paths: ['/zoneegresses/:name'], missing: 'Could not get zone egress resource' },
  ];
  return places.flatMap(({ type, paths, missing }) =>
    paths.map(
      (path): Route => ({
        method: 'GET',
        path: `${path}/:operation`,
        title: TITLE,
        produces: ['text/plain'],
        handler: async (request) => {
          const { mesh = '', name = '', operation = '' } = request.params;
          const ask = OPERATIONS[operation];
          if (!ask) throw new NotFound();
          requireRight(context.access, ask.right, request.caller);
          const { stored } = await requireShown(context, descriptorOf(context, type), mesh, name, missing, missing);
          requireReachable(context, stored);
          return ask.of(requireAdminPort(context), stored, request);
        },
      }),
    ),
  );
}

interface Ask {
  readonly right: 'viewConfigDump' | 'viewStats' | 'viewClusters';
  of(admin: EnvoyAdmin, proxy: Stored, request: RestRequest): Promise<Answer>;
}

const OPERATIONS: Readonly<Record<string, Ask>> = {
  xds: {
    right: 'viewConfigDump',
    of: async (admin, proxy, { query }) => {
      const dump = await admin.xds(proxy, { includeEds: goBool(query.get('include_eds') ?? '') === true });
      return { status: 200, body: redacted(JSON.parse(dump)) };
    },
  },
  stats: {
    right: 'viewStats',
    of: async (admin, proxy, { query }) => {
      const json = query.get('format') === 'json';
      return envoyAnswer(await admin.stats(proxy, { json, usedOnly: query.get('usedonly') !== 'false' }), json);
    },
  },
  clusters: {
    right: 'viewClusters',
    of: async (admin, proxy, { query }) => {
      const json = query.get('format') === 'json';
      return envoyAnswer(await admin.clusters(proxy, { json }), json);
    },
  },
};

function envoyAnswer(text: string, json: boolean): Answer {
  return json ? { status: 200, body: JSON.parse(text) } : { status: 200, body: text, contentType: 'text/plain' };
}

/** A zone shows the ingresses of others, and cannot reach them. @throws RestError */
function requireReachable({ role }: RestContext, { origin }: Stored): void {
  if (role.mode !== 'zone' || isOwn(origin, role)) return;
  throw new RestError({
    status: 400,
    title: 'Could not connect to zone ingress that resides in another zone',
    detail: `it resides in zone "${origin}", ask there or on global`,
  });
}

function requireAdminPort({ envoyAdmin }: RestContext): EnvoyAdmin {
  if (!envoyAdmin)
    throw new RestError({
      status: 400,
      detail: "this control plane does not reach its proxies' admin ports; ask the zone's",
    });
  return envoyAdmin;
}

/** The dump shows Envoy's own bootstrap, with the token that it comes with to us. */
function redacted(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(redacted);
  const fields = value as Record<string, unknown>;
  const isHeader = typeof fields.key === 'string' && fields.key.toLowerCase() === 'authorization';
  return Object.fromEntries(
    Object.entries(fields).map(([name, one]) => [name, isHeader && name === 'value' ? '[redacted]' : redacted(one)]),
  );
}
