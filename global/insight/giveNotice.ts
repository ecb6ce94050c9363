import { createInbox, RequestError } from '@nats-io/transport-node';
import { ANSWER_PREFIX } from '../../shared/event/ask.ts';
import { type Notice, type NoticeAnswer, noticeAnswerSchema, noticeSubject } from '../../shared/event/notice.ts';
import { encodeToken } from '../../shared/event/subject.ts';
import type { HubConnection } from '../relay/natsConnection.ts';

const TIMEOUT_MS = 500;

/** What a control plane that is connected says of itself; nothing, when it hangs or does not know how. */
export type Presence = Partial<NoticeAnswer>;

/**
 * Gives a control plane of a zone notice of our digest. @returns undefined when its connection is not there: a server says at once
 * when nobody listens, while a process that hangs still has its subscription, and a connection that was cut has none.
 */
export async function giveNotice(
  { nats }: Pick<HubConnection, 'nats'>,
  zone: string,
  instance: string,
  notice: Notice,
): Promise<Presence | undefined> {
  try {
    const answer = await nats.request(noticeSubject(zone, instance), JSON.stringify(notice), {
      timeout: TIMEOUT_MS,
      // The leaf link lets answers through below this subject only.
      noMux: true,
      reply: createInbox(`${ANSWER_PREFIX}.${encodeToken(zone)}`),
    });
    return noticeAnswerSchema.parse(answer.json());
  } catch (error) {
    return error instanceof RequestError && error.isNoResponders() ? undefined : {};
  }
}
