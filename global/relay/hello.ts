import { createPublicKey } from 'node:crypto';
import { HELLO_PREFIX, type Hello, helloSchema, type Welcome } from '../../shared/event/hello.ts';
import { decodeToken } from '../../shared/event/subject.ts';
import type { HubConnection } from './natsConnection.ts';

type Deps = {
  readonly hub: HubConnection;
  /** Registers the zone and provisions the hub's side of it. @throws Error whose text the zone shows. */
  readonly welcome: (hello: Hello) => Promise<Exclude<Welcome, { error: string }>>;
  readonly onError: (error: Error) => void;
};

/**
 * Answers zones that come up. The zone is who its NATS user lets it be: only zone-a may publish on `cp.hello.zone-a`, and the
 * body must agree with the subject; it is answered in an inbox of its own. Of several global instances one answers. Returns the function that ends it.
 */
export function answerHellos({ hub, welcome, onError }: Deps): () => void {
  const subscription = hub.nats.subscribe(`${HELLO_PREFIX}.*`, { queue: 'global' });
  const serve = async () => {
    for await (const message of subscription) {
      // Global may write everywhere: a zone that names where would write there through it.
      if (!isInboxOf(zoneOf(message.subject), message.reply)) {
        onError(new Error(`${message.subject} wants its answer at ${message.reply}, which is no inbox of that zone`));
        continue;
      }
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
  const { data: hello, error } = helloSchema.safeParse(body());
  if (!hello)
    throw new Error(`the greeting is not understood: ${error.issues[0]?.path.join('.')}: ${error.issues[0]?.message}`);
  const zone = zoneOf(subject);
  if (hello.zone !== zone) throw new Error(`zone ${zone} greets as ${hello.zone}`);
  // Kept as it is, it would fail when a secret is sealed to it, and that holds up the relay for all zones.
  if (!isPublicKey(hello.publicKey)) throw new Error('publicKey is not an X25519 key: SPKI, DER, base64');
  return welcome(hello);
}

function zoneOf(subject: string): string {
  return decodeToken(subject.slice(HELLO_PREFIX.length + 1));
}

function isInboxOf(zone: string, subject: string | undefined): boolean {
  return subject?.startsWith(`_INBOX.${zone}.`) ?? false;
}

function isPublicKey(text: string): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' });
    return key.asymmetricKeyType === 'x25519';
  } catch {
    return false;
  }
}
