import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { CliError } from './cliError.ts';
import { type Tls, transport } from './transport.ts';
import { unreachable } from './unreachable.ts';

/** An answer of the control plane, its body parsed as JSON where it is JSON. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export interface RequestOptions {
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The REST API of one control plane, as the verbs of the CLI use it. */
export interface Connection {
  readonly address: string;
  /** The JSON of a 2xx answer. @throws ApiError for any other status. */
  get(path: string, query?: RequestOptions['query']): Promise<unknown>;
  /** @throws ApiError unless 2xx. */
  send(method: string, path: string, options?: RequestOptions): Promise<Answer>;
  /** Text of a 2xx answer as it comes, without an end in time: for following. */
  stream(path: string, query?: RequestOptions['query']): Promise<AsyncIterable<string>>;
}

export interface ConnectionOptions {
  readonly address: string;
  /** User token, sent as bearer. */
  readonly token?: string | undefined;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly tls?: Tls | undefined;
  /** Milliseconds until an answer has to be there. */
  readonly timeout: number;
  readonly signal?: AbortSignal | undefined;
}

const errorBody = z.looseObject({
  title: z.string().min(1),
  detail: z.string().optional(),
  invalid_parameters: z.array(z.looseObject({ field: z.string(), reason: z.string() })).optional(),
});

/** A field that breaks a rule; an empty one: the whole. */
export interface BrokenField {
  readonly field: string;
  readonly reason: string;
}

/** What can be done about an answer, whatever was asked for. */
const ADVICE: Readonly<Record<number, string>> = {
  401: 'The token is wrong, over or revoked: `meridian generate user-token` on the host of the control plane makes another.',
  403: 'Somebody else may: --token or MERIDIAN_TOKEN says who is asking, and `meridian generate user-token` on the host of the control plane makes one.',
};

/** Kuma's error object (`Error` of its OpenAPI) in words: `title (detail)`, then one line per broken field. */
export class ApiError extends CliError {
  override name = 'ApiError';
  readonly status: number;
  /** `title (detail)` */
  readonly headline: string;
  readonly fields: readonly BrokenField[];

  /** @param request `GET /meshes`, told where the body explains nothing */
  constructor(status: number, body: unknown, request: string) {
    const { headline, fields } = readError(status, body, request);
    const faults = fields.map(({ field, reason }) => (field ? `* ${field}: ${reason}` : `* ${reason}`));
    const advice = ADVICE[status];
    super([headline, ...faults, ...(advice ? [advice] : [])].join('\n'));
    this.status = status;
    this.headline = headline;
    this.fields = fields;
  }
}

function readError(status: number, body: unknown, request: string): Pick<ApiError, 'headline' | 'fields'> {
  const parsed = errorBody.safeParse(body);
  if (!parsed.success) {
    const said = typeof body === 'string' ? body.trim() : JSON.stringify(body);
    return { headline: `${request} was answered ${status}: ${said}`, fields: [] };
  }
  const { title, detail, invalid_parameters: fields = [] } = parsed.data;
  return { headline: detail && detail !== title ? `${title} (${detail.trim()})` : title, fields };
}

/** @throws CliError for an address that is no URL of HTTP */
export function connect(options: ConnectionOptions): Connection {
  const base = options.address.replace(/\/+$/, '');
  if (!/^https?:\/\/./.test(base) || !URL.canParse(base))
    throw new CliError(`"${options.address}" is no address of a control plane: it has to be as http://localhost:5681`);
  const exchange = transport(options.tls ?? {});

  /** What is made of the answer while it may still be cut off. */
  const request = async <T>(
    method: string,
    path: string,
    { query, body, headers }: RequestOptions,
    { limited, read }: { readonly limited: boolean; readonly read: (answer: IncomingMessage) => Promise<T> },
  ): Promise<T> => {
    const limit = limited ? AbortSignal.timeout(options.timeout) : undefined;
    const signals = [options.signal, limit].filter((one) => one !== undefined);
    const url = new URL(base + path);
    for (const [key, value] of Object.entries(query ?? {}))
      if (value !== undefined) url.searchParams.set(key, String(value));
    try {
      return await read(
        await exchange(method, url, {
          headers: {
            accept: 'application/json, text/plain, */*',
            'user-agent': 'meridian-cli',
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
            ...(options.token ? { authorization: `Bearer ${options.token}` } : {}),
            ...options.headers,
            ...headers,
          },
          body: body === undefined ? undefined : JSON.stringify(body),
          signal: AbortSignal.any(signals),
        }),
      );
    } catch (cause) {
      if (cause instanceof CliError || options.signal?.aborted) throw cause;
      if (limit?.aborted)
        throw new CliError(`${base} did not answer within ${options.timeout / 1000} s; --timeout waits longer`);
      throw unreachable(base, cause);
    }
  };

  const send = (method: string, path: string, rest: RequestOptions = {}): Promise<Answer> =>
    request(method, path, rest, {
      limited: true,
      read: async (answer) => {
        const { statusCode: status = 0, headers } = answer;
        const body = parseBody(await text(answer));
        if (status >= 300 && status < 400 && headers.location)
          throw new CliError(`${base} sends on to ${headers.location}: give the address of the control plane itself`);
        if (!isOk(status)) throw new ApiError(status, body, `${method} ${path}`);
        return { status, body };
      },
    });

  return {
    address: base,
    send,
    get: async (path, query) => (await send('GET', path, query ? { query } : {})).body,
    stream: (path, query) =>
      request('GET', path, query ? { query } : {}, {
        limited: false,
        read: async (answer) => {
          const { statusCode: status = 0 } = answer;
          if (!isOk(status)) throw new ApiError(status, parseBody(await text(answer)), `GET ${path}`);
          return answer.setEncoding('utf8');
        },
      }),
  };
}

const isOk = (status: number) => status >= 200 && status < 300;

function parseBody(said: string): unknown {
  try {
    return JSON.parse(said);
  } catch {
    return said;
  }
}
