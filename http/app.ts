import type { TLSSocket } from 'node:tls';
import { Readable } from 'node:stream';
import Fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerOptions,
} from 'fastify';
import { crossOrigin } from '../shared/rest/cors.ts';
import type { RestDeps } from '../shared/rest/ports.ts';
import { restRequest, transportErrorReply } from '../shared/rest/receive.ts';
import { noRoute, withoutEmptySteps } from '../shared/rest/refusal.ts';
import { restRoutes } from '../shared/rest/routes.ts';
import { type Reply, serve, toReply } from '../shared/rest/serve.ts';
import { SLOWEST, unreadableAnswer } from '../shared/rest/unreadable.ts';

/** As long as Node takes a request line: a name that nobody can have is not there, as any other that is not. */
const MAX_PARAM_LENGTH = 16_384;
const BODY_LIMIT = 4 * 1024 * 1024;

/** PEM texts of the server, and the CA whose certificates callers may show. */
export interface Tls {
  readonly cert: string;
  readonly key: string;
  /** Who has a certificate of this CA is an admin. Absent: none is asked for. */
  readonly clientCa?: string;
  readonly requireClientCert?: boolean;
}

export interface AppOptions {
  /** Bytes; larger bodies are answered 413. */
  readonly bodyLimit?: number;
  /** See `SLOWEST`; slower requests are answered 408. */
  readonly slowest?: { readonly headers: number; readonly request: number; readonly checkEvery: number };
  /** See `crossOrigin`. */
  readonly corsAllowedDomains?: readonly string[];
  readonly tls?: Tls;
}

/** Mounts the REST contract on Fastify. Does not listen. */
export function buildApp(deps: RestDeps, options: AppOptions = {}): FastifyInstance {
  const { bodyLimit = BODY_LIMIT, slowest = SLOWEST, corsAllowedDomains = [], tls } = options;
  const refuse = (error: unknown, request: FastifyRequest, reply: FastifyReply) =>
    send(reply, transportErrorReply(error, request, deps.onError));
  const server = {
    headersTimeout: slowest.headers,
    connectionsCheckingInterval: slowest.checkEvery,
    // Node answers these itself, and not in Kuma's words; below it is we who do.
    requireHostHeader: false,
  };
  const shared = {
    bodyLimit,
    requestTimeout: slowest.request,
    clientErrorHandler: (error, socket) => {
      if (socket.writable) socket.write(unreadableAnswer({ code: error.code, reason: error.message }));
      socket.destroySoon();
    },
    exposeHeadRoutes: false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: MAX_PARAM_LENGTH },
    frameworkErrors: (error, request, reply) => void refuse(error, request, reply as FastifyReply),
  } satisfies FastifyServerOptions;
  // Both kinds of server are served the same; their types have nothing in common.
  const app = tls
    ? (Fastify({ ...shared, https: { ...server, ...secured(tls) } }) as unknown as FastifyInstance)
    : Fastify({ ...shared, http: server });
  app.setErrorHandler(refuse);
  // An expectation that we do not know changes nothing (RFC 9110, section 10.1.1).
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response));
  app.addHook('onRequest', async ({ headers }) => {
    if (headers.host === undefined)
      throw Object.assign(new Error('the request has no Host header'), { statusCode: 400 });
  });
  app.addHook('onRequest', async ({ url }, reply) => {
    const elsewhere = withoutEmptySteps(url);
    if (elsewhere) return send(reply, toReply(elsewhere));
  });
  if (corsAllowedDomains.length > 0) answerCrossOrigin(app, corsAllowedDomains);

  // The contract decides on media types and parses bodies; here they stay texts.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));

  // Whoever follows the log is let go, so that the server can close.
  const closing = new AbortController();
  app.addHook('preClose', async () => closing.abort());

  const routes = restRoutes(deps);
  for (const route of routes) {
    app.route({
      method: route.method,
      url: route.path,
      handler: async (request, reply) => {
        const gone = new AbortController();
        reply.raw.once('close', () => gone.abort());
        const { method, url, headers, body, protocol, host, socket } = request;
        const params = request.params as Record<string, string>;
        const signal = AbortSignal.any([gone.signal, closing.signal]);
        const hasAdminCertificate = tls?.clientCa !== undefined && (socket as TLSSocket).authorized;
        const received = restRequest({
          ...{ method, url, params, headers, body, protocol, host, signal, hasAdminCertificate },
          peer: socket.remoteAddress,
        });
        return send(reply, await serve(route, received, deps));
      },
    });
  }
  app.setNotFoundHandler((request, reply) => send(reply, toReply(noRoute(routes, request.url))));
  return app;
}

/** How a server takes these PEM texts. */
export function secured({ cert, key, clientCa, requireClientCert = false }: Tls) {
  if (clientCa === undefined) return { cert, key };
  return { cert, key, ca: clientCa, requestCert: true, rejectUnauthorized: requireClientCert };
}

function answerCrossOrigin(app: FastifyInstance, allowed: readonly string[]): void {
  app.addHook('onRequest', async ({ method, headers }, reply) => {
    const told = crossOrigin(
      {
        method,
        origin: headers.origin,
        requestMethod: headers['access-control-request-method'],
        requestHeaders: headers['access-control-request-headers'],
      },
      allowed,
    );
    if (!told) return;
    reply.headers(told.headers);
    if (told.preflight) return reply.code(200).send();
  });
}

function send(reply: FastifyReply, { status, headers, payload }: Reply): FastifyReply {
  return (
    reply
      .code(status)
      .headers(headers)
      // To texts Fastify would add a charset, which Kuma's content types have not.
      .send(typeof payload === 'string' ? Buffer.from(payload) : Readable.from(payload))
  );
}
