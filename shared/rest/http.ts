import type { Caller } from './ports.ts';

/** A request as the contract sees it: no framework, no sockets. */
export interface RestRequest {
  readonly method: string;
  /** Path without query, as it was asked. */
  readonly path: string;
  /** Values of the pattern's `:parameters`, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The body's text, empty when there is none. */
  readonly body: string;
  /** `http://host:port` as the client wrote it: what `next` links begin with. */
  readonly baseUrl: string;
  /** IP address of the peer. */
  readonly peer: string;
  /** It proved itself with a TLS certificate of the CA that is for admins. */
  readonly hasAdminCertificate?: boolean | undefined;
  readonly caller: Caller;
  /** Aborts when the client goes away. */
  readonly signal?: AbortSignal;
}

export interface Answer {
  readonly status: number;
  /** Sent as JSON, unless `contentType` says otherwise: then a text or a stream of texts. */
  readonly body: unknown;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a route says of itself in `GET /openapi`, beyond what its path tells. */
export interface Description {
  /** Of OpenAPI. */
  readonly parameters: readonly object[];
  /** JSON Schema of the body, and of the answer. */
  readonly request: object;
  readonly answer: object;
}

export interface Route {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** `/meshes/:mesh/dataplanes/:name` */
  readonly path: string;
  /** Title of errors that have none of their own: what could not be done. */
  readonly title: string;
  readonly handler: (request: RestRequest) => Promise<Answer>;
  /** Media types of the answer besides `application/json`. */
  readonly produces?: readonly string[];
  readonly description?: Description;
  /** Needs no caller: a wrong token does no harm here. */
  readonly anonymous?: boolean;
}

export function ok(body: unknown): Answer {
  return { status: 200, body };
}
