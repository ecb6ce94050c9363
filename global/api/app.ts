import { Readable } from 'node:stream';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { BadRequest, RestError } from '../../shared/rest/errors.ts';
import type { RestRequest } from '../../shared/rest/http.ts';
import type { RestDeps } from '../../shared/rest/ports.ts';
import { noRoute } from '../../shared/rest/refusal.ts';
import { restRoutes } from '../../shared/rest/routes.ts';
import { errorReply, type Reply, serve, toReply } from '../../shared/rest/serve.ts';

/** A KRI holds a mesh, a zone and a name: longer than Fastify expects of a path's parts. */
const MAX_PARAM_LENGTH = 1024;
const DEFAULT_BODY_LIMIT = 4 * 1024 * 1024;

/** Mounts the REST contract on Fastify. Does not listen. @param bodyLimit bytes; larger bodies are answered 413. */
export function buildApp(
  deps: RestDeps,
  { bodyLimit = DEFAULT_BODY_LIMIT }: { bodyLimit?: number } = {},
): FastifyInstance {
  const app = Fastify({
    bodyLimit,
    exposeHeadRoutes: false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: MAX_PARAM_LENGTH },
    frameworkErrors: (error, request, reply) => {
      void send(reply, errorReply(new BadRequest(error.message), 'Bad Request', described(request), deps.onError));
    },
  });
  const closing = new AbortController();
  app.addHook('preClose', async () => closing.abort());

  // The contract decides on media types and parses bodies; here they stay texts.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));

  const routes = restRoutes(deps);
  for (const route of routes) {
    app.route({
      method: route.method,
      url: route.path,
      handler: async (request, reply) =>
        send(reply, await serve(route, received(request, reply, closing.signal), deps)),
    });
  }
  app.setNotFoundHandler((request, reply) => send(reply, toReply(noRoute(routes, described(request).path))));
  app.setErrorHandler((error, request, reply) =>
    send(reply, errorReply(transportError(error), 'Could not process the request', described(request), deps.onError)),
  );
  return app;
}

function send(reply: FastifyReply, { status, headers, payload }: Reply): FastifyReply {
  return reply
    .code(status)
    .headers(headers)
    .send(typeof payload === 'string' ? payload : Readable.from(payload));
}

function received(request: FastifyRequest, reply: FastifyReply, closing: AbortSignal): Omit<RestRequest, 'caller'> {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  const { path, search } = described(request);
  return {
    method: request.method,
    path,
    params: request.params as Record<string, string>,
    query: new URLSearchParams(search),
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
    ),
    body: typeof request.body === 'string' ? request.body : '',
    baseUrl: `${request.protocol}://${request.host}`,
    peer: request.socket.remoteAddress ?? '',
    signal: AbortSignal.any([gone.signal, closing]),
  };
}

function described({ method, url }: Pick<FastifyRequest, 'method' | 'url'>): {
  method: string;
  path: string;
  search: string;
} {
  const mark = url.indexOf('?');
  return mark < 0
    ? { method, path: url, search: '' }
    : { method, path: url.slice(0, mark), search: url.slice(mark + 1) };
}

/** What Fastify refuses before a handler runs, a body that is too large above all, is the client's fault and says so. */
function transportError(error: unknown): unknown {
  const { statusCode, message } = error as { statusCode?: number; message?: string };
  if (statusCode === undefined || statusCode < 400 || statusCode >= 500) return error;
  return new RestError({ status: statusCode, detail: message ?? 'Bad Request' });
}
