import type { Author } from '../../event/event.ts';
import { callerText } from '../access.ts';
import type { RestRequest } from '../http.ts';

const LONGEST_MESSAGE = 1000;

/** Who writes, from where, with what, and why: the reason comes as header `X-Meridian-Message` or query `message`. */
export function authorOf({ caller, peer, headers, query }: RestRequest): Author {
  const message = (headers['x-meridian-message'] ?? query.get('message') ?? '').trim().slice(0, LONGEST_MESSAGE);
  return { user: callerText(caller), source: peer, client: headers['user-agent'] ?? '', ...(message && { message }) };
}
