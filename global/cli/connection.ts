import { z } from 'zod';
import { CliError } from './cliError.ts';

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

/** Kuma's error object (kumactl-api §1.2) in words: `title (detail)`, then one line per broken field. */
export class ApiError extends CliError {
  override name = 'ApiError';
  readonly status: number;
  /** `title (detail)` */
  readonly headline: string;
  readonly fields: readonly BrokenField[];

  /** @param request `GET /meshes`, told where the body explains nothing */
  constructor(status: number, body: unknown, request: string) {
    const { headline, fields } = readError(status, body, request);
    super(
      [headline, ...fields.map(({ field, reason }) => (field ? `* ${field}: ${reason}` : `* ${reason}`))].join('\n'),
    );
    this.status = status;
    this.headline = headline;
    this.fields = fields;
  }
}

function readError(status: number, body: unknown, request: string): Pick<ApiError, 'headline' | 'fields'> {
  const parsed = errorBody.safeParse(body);
  if (!parsed.success) {
    const text = typeof body === 'string' ? body.trim() : JSON.stringify(body);
    return { headline: `${request} was answered ${status}: ${text}`, fields: [] };
  }
  const { title, detail, invalid_parameters: fields = [] } = parsed.data;
  return { headline: detail && detail !== title ? `${title} (${detail.trim()})` : title, fields };
}

export function connect(options: ConnectionOptions): Connection {
  const base = options.address.replace(/\/+$/, '');

  const request = async (method: string, path: string, { query, body, headers }: RequestOptions, limited: boolean) => {
    const signals = [options.signal, limited ? AbortSignal.timeout(options.timeout) : undefined].filter(
      (s) => s !== undefined,
    );
    const url = new URL(base + path);
    for (const [key, value] of Object.entries(query ?? {}))
      if (value !== undefined) url.searchParams.set(key, String(value));
    try {
      return await fetch(url, {
        method,
        headers: {
          accept: 'application/json, text/plain, */*',
          'user-agent': 'meridian-cli',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(options.token ? { authorization: `Bearer ${options.token}` } : {}),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.any(signals),
      });
    } catch (cause) {
      throw unreachable(base, cause, options);
    }
  };

  const send = async (method: string, path: string, rest: RequestOptions = {}): Promise<Answer> => {
    const response = await request(method, path, rest, true);
    const text = await response.text();
    const body = parseBody(text);
    if (!response.ok) throw new ApiError(response.status, body, `${method} ${path}`);
    return { status: response.status, body };
  };

  return {
    address: base,
    send,
    get: async (path, query) => (await send('GET', path, query ? { query } : {})).body,
    stream: async (path, query) => {
      const response = await request('GET', path, query ? { query } : {}, false);
      if (!response.ok || !response.body)
        throw new ApiError(response.status, parseBody(await response.text()), `GET ${path}`);
      return response.body.pipeThrough(new TextDecoderStream());
    },
  };
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function unreachable(address: string, cause: unknown, options: ConnectionOptions): Error {
  if (options.signal?.aborted) return cause as Error;
  const error = cause as Error & { cause?: { code?: string; message?: string } };
  if (error.name === 'TimeoutError')
    return new CliError(`${address} did not answer within ${options.timeout / 1000} s`);
  const why = error.cause?.code === 'ECONNREFUSED' ? 'nothing listens there' : (error.cause?.message ?? error.message);
  return new CliError(
    `cannot reach ${address}: ${why}. Is the control plane running? --address or MERIDIAN_ADDRESS says where it is.`,
  );
}
