import { DeliverPolicy, type JsMsg, type PushConsumer, type StreamState } from '@nats-io/jetstream';
import { nuid } from '@nats-io/transport-node';
import type { LeafConnection } from '../leaf/leafConnection.ts';

export interface Following {
  /** Sequence up to which everything was handed over. */
  position(): number;
  /** From the first message of the stream once more. */
  again(): void;
  stop(): void;
}

interface FollowOptions {
  readonly leaf: LeafConnection;
  readonly stream: string;
  /** Sequence to begin after. */
  readonly after: number;
  /** A stream that was lost comes back with the same numbers: what was handed over stays so. */
  readonly keepsNumbers?: boolean;
  /** Messages in order, each once. Must not throw. */
  readonly onMessage: (message: JsMsg) => void;
  /** The end of the stream was reached; at once where it is empty, and again whenever nothing more is pending. */
  readonly onCaughtUp: () => void;
  /** The stream's last sequence is that one, but it holds no message after our position: those are lost. Absent: that is no loss. */
  readonly onPassedOver?: (last: number) => void;
  /** The stream was made anew (its volume was lost): sequences may begin again. */
  readonly onRecreated: () => void;
  /** Told once of what goes wrong, until something else does or it goes on. */
  readonly onError: (error: Error) => void;
}

/** The watchdog looks so often whether the stream is ahead of us although nothing comes. */
const WATCH_MS = 2_000;
const RETRY_MS = 200;

/**
 * Follows a stream with an ordered push consumer: it came back 0.5 s after a killed server, where a default pull consumer stalled for 41 s.
 * A watchdog re-opens it in two cases that the client does not tell of: the stream is ahead and nothing comes, or it was deleted and made anew.
 */
export function follow({
  leaf,
  stream,
  after,
  keepsNumbers = false,
  onMessage,
  onCaughtUp,
  onPassedOver,
  onRecreated,
  onError,
}: FollowOptions): Following {
  let position = after;
  let seenAtWatch = -1;
  let created = '';
  let stopped = false;
  /** The problem that was told last; empty: it went on since. */
  let told = '';
  /** What was opened before, and may still hold messages, says nothing any more. */
  let opening = 0;
  let current: { close(): unknown } | undefined;

  const leave = () => {
    opening++;
    current?.close();
  };

  // A stream that has no message yet may begin at a high number.
  const handedOver = ({ messages, last_seq }: StreamState) => messages === 0 || last_seq <= position;

  const take = (message: JsMsg) => {
    if (message.seq <= position) return;
    position = message.seq;
    onMessage(message);
    if (message.info.pending === 0) onCaughtUp();
  };

  const read = async () => {
    const mine = opening;
    const consumer: PushConsumer = await leaf.js.consumers.getPushConsumer(stream, {
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: position + 1,
      // Of its own: under a shared subject what another control plane is sent would arrive here too, and history be passed over.
      deliver_prefix: `_INBOX.follow.${stream}.${nuid.next()}`,
    });
    // An iterator takes several turns of the microtask queue for each message.
    const messages = await consumer.consume({
      callback: (message) => {
        if (mine === opening) take(message);
      },
    });
    current = messages;
    try {
      if (mine !== opening) return;
      const { state } = await leaf.jsm.streams.info(stream);
      if (mine !== opening) return;
      if (handedOver(state)) onCaughtUp();
      told = '';
      const error = await messages.closed();
      if (error) throw error;
    } finally {
      void messages.close();
    }
  };

  const open = async () => {
    while (!stopped) {
      await read().catch((error: Error) => {
        if (!stopped && error.message !== told) onError(error);
        told = error.message;
      });
      if (!stopped) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  };

  /** The stream is ahead of us, and nothing comes. */
  const stalled = async ({ last_seq }: StreamState) => {
    const newest = await leaf.jsm.streams.getMessage(stream, { last_by_subj: '>' });
    if (stopped) return;
    if (!newest || newest.seq <= position) return onPassedOver ? onPassedOver(last_seq) : onCaughtUp();
    onError(
      new Error(`the stream ${stream} is at ${last_seq}, we stand at ${position} and nothing comes: opening it anew`),
    );
    leave();
  };

  const watch = async () => {
    const info = await leaf.jsm.streams.info(stream);
    if (stopped) return;
    if (created && info.created !== created) {
      onRecreated();
      if (!keepsNumbers) position = 0;
      leave();
    } else if (!handedOver(info.state) && seenAtWatch === position) {
      await stalled(info.state);
    } else if (handedOver(info.state)) {
      onCaughtUp();
    }
    created = info.created;
    seenAtWatch = position;
  };
  const timer = setInterval(() => void watch().catch(() => {}), WATCH_MS);
  void watch().catch(() => {});
  void open();
  return {
    position: () => position,
    again: () => {
      position = 0;
      leave();
    },
    stop: () => {
      stopped = true;
      clearInterval(timer);
      leave();
    },
  };
}
