import { RequestError } from '@nats-io/transport-node';
import { type Notice, noticeSubject } from '../../shared/event/notice.ts';
import type { HubConnection } from '../relay/natsConnection.ts';

const TIMEOUT_MS = 500;

/**
 * Gives a control plane of a zone notice of our digest. @returns whether its connection is there: a server says at once when
 * nobody listens, while a process that hangs still has its subscription, and a connection that was cut has none.
 */
export async function giveNotice(
  { nats }: Pick<HubConnection, 'nats'>,
  zone: string,
  instance: string,
  notice: Notice,
): Promise<boolean> {
  try {
    await nats.request(noticeSubject(zone, instance), JSON.stringify(notice), { timeout: TIMEOUT_MS });
    return true;
  } catch (error) {
    return !(error instanceof RequestError && error.isNoResponders());
  }
}
