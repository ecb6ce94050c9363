import { errorAnswer } from './errorObject.ts';
import { RestError } from './errors.ts';

/** How long a client may take to send a request, in ms: slower ones hold a connection for nothing. */
export const SLOWEST = { headers: 10_000, request: 30_000, checkEvery: 2_000 } as const;

/** What the HTTP parser or its clock gives up with, by Node's error code; any other one is a syntax error. */
const REFUSALS: Readonly<Record<string, readonly [status: number, reason: string, detail: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large', 'the request line and headers are too long'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, 'Payload Too Large', 'the extensions of a chunk are too long'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout', 'the request did not come in time'],
};

/**
 * The whole answer to bytes that are no HTTP request: no handler ever sees them, so it is written to the socket as it is.
 * @param reason what the parser says, `Parse Error: Invalid header token`
 */
export function unreadableAnswer({
  code = '',
  reason = '',
}: {
  readonly code?: string;
  readonly reason?: string;
}): string {
  const [status, phrase, detail] = REFUSALS[code] ?? [400, 'Bad Request', reason || 'not an HTTP request'];
  const { body } = errorAnswer(new RestError({ status, title: phrase, detail }), phrase);
  const text = JSON.stringify(body, null, 1);
  const length = new TextEncoder().encode(text).length;
  return `HTTP/1.1 ${status} ${phrase}\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\nconnection: close\r\n\r\n${text}`;
}
