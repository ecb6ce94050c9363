import { type NoticeAnswer, noticeSchema, noticeSubject } from '../../shared/event/notice.ts';
import type { LeafConnection } from '../leaf/leafConnection.ts';
import type { NatsReplica } from '../replica/natsReplica.ts';
import type { Troubles } from './troubles.ts';

type Deps = {
  readonly leaf: Pick<LeafConnection, 'nats'>;
  readonly zone: string;
  readonly instance: string;
  readonly replica: Pick<NatsReplica, 'position' | 'digest' | 'logId' | 'refillFromMirror' | 'followLog' | 'copies'>;
  /** Mirrors that lack something of what the hub holds. */
  readonly makeAnew: (mirrors: readonly string[]) => void;
  readonly troubles: Pick<Troubles, 'list'>;
  readonly onError: (error: unknown) => void;
};

/**
 * Heeds what global says of its digest: who stands at that position with another one, or follows another log, refills itself; and of
 * the hub: copies that lack something are made anew. Answers what keeps it from its work. Returns the function that ends it.
 */
export function heedNotices({ leaf, zone, instance, replica, makeAnew, troubles, onError }: Deps): () => void {
  const subscription = leaf.nats.subscribe(noticeSubject(zone, instance));
  const heed = async () => {
    for await (const message of subscription) {
      try {
        const answer: NoticeAnswer = { troubles: troubles.list() };
        message.respond(JSON.stringify(answer));
        const { logId, position, digest, copies } = noticeSchema.parse(message.json());
        replica.followLog(logId);
        if (copies) makeAnew(replica.copies.wrong(copies));
        const stands = digest !== '' && logId === replica.logId() && position === replica.position();
        if (stands && digest !== replica.digest())
          replica.refillFromMirror(`the digest at position ${position} is not global's`);
      } catch (error) {
        onError(error);
      }
    }
  };
  heed().catch(onError);
  return () => subscription.unsubscribe();
}
