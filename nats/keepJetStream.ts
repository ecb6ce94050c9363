import { setTimeout as sleep } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import type { Connection } from './connect.ts';
import { switchJetStream } from './jetStreamConfig.ts';

type Deps = {
  readonly connection: Connection;
  /** The configuration that its server reads, with the line of `jetStreamConfig`. */
  readonly file: string;
  /** Has the server read its configuration anew. */
  readonly reload: () => Promise<void>;
  /** As of `writeErrors`. */
  readonly writeErrors: () => Promise<readonly string[]>;
  /** Told what is wrong, once, and again when it is wrong after it was well. */
  readonly onError: (error: Error) => void;
};

interface KeptJetStream {
  /** What is wrong with the server's JetStream, for the operator; empty: nothing. */
  trouble(): string;
  /** Resolves when nothing is half done: JetStream is not left switched off. */
  stop(): Promise<void>;
}

const LOOK_MS = 2_000;
const ANSWER_MS = 3_000;
/** While its disk is still full, it fails again with the next message. */
const AGAIN_MS = 10_000;

const OFF = 'its nats-server has switched JetStream off, as on a full disk: make space; it is told to switch it on';

/**
 * Has a nats-server write again after its disk was full. One that is refused space while it copies a stream switches JetStream off, and
 * leaves it so when there is space again; one that is refused it otherwise keeps the error with that stream, and refuses all that comes
 * for it. Both last until it is started again, or JetStream is switched off and on by its configuration, which is what is done here.
 */
export function keepJetStream({ connection, file, reload, writeErrors, onError }: Deps): KeptJetStream {
  const ended = new AbortController();
  const { signal } = ended;
  let trouble = '';
  let pause = LOOK_MS;
  let mending = Promise.resolve('');
  const turn = async (on: boolean) => {
    switchJetStream(file, on);
    await reload();
  };
  const mend = (what: string, attempt: () => Promise<void>): Promise<string> | string => {
    if (signal.aborted) return what;
    pause = AGAIN_MS;
    mending = attempt().then(
      () => what,
      (error: Error) => `${what}, which failed: ${error.message}; start it anew`,
    );
    return mending;
  };
  const look = async (): Promise<string> => {
    const state = await stateOf(connection);
    // Who cannot be asked is as it was.
    if (state === 'away') return trouble;
    if (state === 'off') return mend(OFF, () => turn(true));
    // It may have been started by an older version, which did not let us ask.
    const errors = await writeErrors().catch(() => reload().then(writeErrors));
    if (errors.length === 0) return '';
    return mend(stuck(errors), () => turn(false).finally(() => turn(true)));
  };
  const keep = async () => {
    while (!signal.aborted) {
      pause = LOOK_MS;
      const found = await look().catch((error: Error) => error.message);
      if (found && found !== trouble && !signal.aborted) onError(new Error(found));
      trouble = found;
      await sleep(pause, undefined, { signal }).catch(() => {});
    }
  };
  void keep();
  const stop = async () => {
    ended.abort();
    await mending;
  };
  return { trouble: () => trouble, stop };
}

function stuck(errors: readonly string[]): string {
  return `its nats-server refuses to write, as after a full disk (${errors.join('; ')}): make space; JetStream is switched off and on`;
}

/** `off`: the server answers, and nobody answers for JetStream: what is asked there disappears without a word. */
async function stateOf({ nats, jsm }: Connection): Promise<'on' | 'off' | 'away'> {
  if (nats.isClosed()) return 'away';
  const answers = () =>
    jetstreamManager(nats, { ...jsm.getOptions(), timeout: ANSWER_MS }).then(
      () => true,
      () => false,
    );
  if (await answers()) return 'on';
  const there = await Promise.race([
    nats.flush().then(() => true),
    sleep(ANSWER_MS, undefined, { ref: false }).then(() => false),
  ]);
  if (!there) return 'away';
  // What was asked may have been lost with a connection that is back.
  return (await answers()) ? 'on' : 'off';
}
