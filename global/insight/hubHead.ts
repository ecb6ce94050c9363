import type { HubConnection } from '../relay/natsConnection.ts';

export interface HubHead {
  /** How far the log is published, the last time that the hub was asked; absent: it did not answer. */
  position(): number | undefined;
  stop(): void;
}

const WATCH_MS = 1_000;

/** Watches the head of the policy stream, whichever instance relays. */
export function watchHubHead({ jsm }: Pick<HubConnection, 'jsm'>): HubHead {
  let position: number | undefined;
  const ask = async () => {
    position = (await jsm.streams.info('EVENTS').catch(() => undefined))?.state.last_seq;
  };
  const timer = setInterval(() => void ask(), WATCH_MS);
  void ask();
  return { position: () => position, stop: () => clearInterval(timer) };
}
