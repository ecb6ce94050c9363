import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { quote } from './quote.ts';

type JetStreamConfig = {
  /** Folder of JetStream's files. */
  readonly store: string;
  readonly domain: string;
};

/** What the line begins with, by which it is found again. */
const BEGINNING = 'jetstream { enabled: ';
/** Of the same length: a file on a full disk can be written over, and nothing else. */
const SWITCH = { on: 'true,  ', off: 'false, ' } as const;

/**
 * The line of a nats-server's configuration that tells of JetStream. It names no limit of what it may take of the disk: without one
 * nats-server takes three quarters of what is free when JetStream is switched on; on a full disk that is nothing, and it refuses all
 * messages for as long as it runs.
 */
export function jetStreamConfig({ store, domain }: JetStreamConfig): string {
  return `${BEGINNING}${SWITCH.on}store_dir: ${quote(store)}, domain: ${quote(domain)}, sync_interval: always, max_file_store: 1PB }`;
}

/** Switches JetStream on or off in a configuration with that line, for the next time that the server reads it. @throws Error when there is none */
export function switchJetStream(file: string, on: boolean): void {
  const text = readFileSync(file);
  const at = text.indexOf(BEGINNING) + BEGINNING.length;
  const now = text.toString('utf8', at, at + SWITCH.on.length);
  if (now !== SWITCH.on && now !== SWITCH.off)
    throw new Error(`${file} is of an older version: start its control plane anew, then the nats-server`);
  const wanted = on ? SWITCH.on : SWITCH.off;
  if (now === wanted) return;
  const opened = openSync(file, 'r+');
  try {
    writeSync(opened, wanted, at);
  } finally {
    closeSync(opened);
  }
}
