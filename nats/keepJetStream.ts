import { setTimeout as sleep } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import type { Connection } from './connect.ts';

type Deps = {
  readonly connection: Connection;
  /** Has the server read its configuration anew. */
  readonly reload: () => Promise<void>;
  /** Told when JetStream is found switched off, and when switching it on failed. */
  readonly onError: (error: Error) => void;
};

const LOOK_MS = 2_000;
const ANSWER_MS = 5_000;
/** While its disk is still full, it switches JetStream off again with the next message. */
const AGAIN_MS = 10_000;

/**
 * Has a nats-server switch JetStream on again. One that meets a full disk switches it off, and leaves it so when there is space again,
 * until it is started again or told to read its configuration. @returns the function that ends it
 */
export function keepJetStream({ connection, reload, onError }: Deps): () => void {
  const ended = new AbortController();
  const { signal } = ended;
  const look = async () => {
    let pause = LOOK_MS;
    if (await isOff(connection)) {
      pause = AGAIN_MS;
      onError(new Error('its nats-server has switched JetStream off, as on a full disk: it is told to switch it on'));
      await reload();
    }
    return pause;
  };
  const keep = async () => {
    while (!signal.aborted) {
      const pause = await look().catch((error: Error) => {
        if (!signal.aborted) onError(error);
        return AGAIN_MS;
      });
      await sleep(pause, undefined, { signal }).catch(() => {});
    }
  };
  void keep();
  return () => ended.abort();
}

/** The server answers, and nobody answers for JetStream: what is asked there disappears without a word. */
async function isOff({ nats }: Connection): Promise<boolean> {
  if (nats.isClosed()) return false;
  const asked = jetstreamManager(nats, { timeout: ANSWER_MS });
  const answers = await asked.then(
    () => true,
    () => false,
  );
  if (answers) return false;
  return Promise.race([nats.flush().then(() => true), sleep(ANSWER_MS).then(() => false)]);
}
