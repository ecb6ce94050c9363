import { HELLO_PREFIX, type Hello, helloSchema, type Welcome } from '../../shared/event/hello.ts';
import { decodeToken } from '../../shared/event/subject.ts';
import type { HubConnection } from './natsConnection.ts';

type Deps = {
  readonly hub: HubConnection;
  /** Registers the zone and provisions the hub's side of it. @throws Error whose text the zone shows. */
  readonly welcome: (hello: Hello) => Promise<{ readonly logId: string; readonly head: number }>;
  readonly onError: (error: Error) => void;
};

/**
 * Answers zones that come up. The zone is who its NATS user lets it be: only zone-a may publish on `cp.hello.zone-a`, and the
 * body must agree with the subject. Of several global instances one answers. Returns the function that ends it.
 */
export function answerHellos({ hub, welcome, onError }: Deps): () => void {
  const subscription = hub.nats.subscribe(`${HELLO_PREFIX}.*`, { queue: 'global' });
  const serve = async () => {
    for await (const message of subscription) {
      // One after the other: each adds a source to the same stream.
      const reply = await answer(message.subject, () => message.json(), welcome).catch((error: Error) => {
        onError(error);
        return { error: error.message };
      });
      message.respond(JSON.stringify(reply));
    }
  };
  serve().catch(onError);
  return () => subscription.unsubscribe();
}

async function answer(subject: string, body: () => unknown, welcome: Deps['welcome']): Promise<Welcome> {
  const hello = helloSchema.parse(body());
  const zone = decodeToken(subject.slice(HELLO_PREFIX.length + 1));
  if (hello.zone !== zone) throw new Error(`zone ${zone} greets as ${hello.zone}`);
  return welcome(hello);
}
