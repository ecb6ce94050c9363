import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { expect, it, onTestFinished, vi } from 'vitest';
import { startNatsServer } from '../../test/support/nats.ts';
import { follow } from './follow.ts';

const MESSAGES = 200;

async function startLeaf() {
  const server = await startNatsServer();
  onTestFinished(() => server.stop());
  const nats = await connect({ servers: server.url });
  onTestFinished(() => nats.close());
  return { nats, js: jetstream(nats), jsm: await jetstreamManager(nats) };
}

it('what is told to begin anew while it hands a message over begins with the first, whatever of the opening before is still to come', async () => {
  const leaf = await startLeaf();
  await leaf.jsm.streams.add({ name: 'LOG', subjects: ['log.*'] });
  const all = Array.from({ length: MESSAGES }, (_, index) => index + 1);
  await Promise.all(all.map((number) => leaf.js.publish(`log.${number}`)));

  const taken: number[] = [];
  let begunAnew = false;
  const following = follow({
    leaf,
    stream: 'LOG',
    after: 0,
    onMessage: ({ seq }) => {
      taken.push(seq);
      if (seq !== 2 || begunAnew) return;
      begunAnew = true;
      following.again();
    },
    onCaughtUp: () => {},
    onRecreated: () => {},
    onError: () => {},
  });
  onTestFinished(() => following.stop());
  await vi.waitFor(() => expect(taken.at(-1)).toBe(MESSAGES), { timeout: 30_000, interval: 25 });
  expect(taken).toEqual([1, 2, ...all]);
});

it('tells once that there is no stream, and follows it when there is one', async () => {
  const leaf = await startLeaf();
  let attempts = 0;
  leaf.nats.subscribe('$JS.API.CONSUMER.CREATE.LOG.>', { callback: () => void attempts++ });
  const errors: string[] = [];
  const taken: number[] = [];
  const following = follow({
    leaf,
    stream: 'LOG',
    after: 0,
    onMessage: ({ seq }) => taken.push(seq),
    onCaughtUp: () => {},
    onRecreated: () => {},
    onError: ({ message }) => errors.push(message),
  });
  onTestFinished(() => following.stop());
  await vi.waitFor(() => expect(attempts).toBeGreaterThan(3), { timeout: 30_000, interval: 25 });
  expect(errors).toContain('stream not found');
  expect(errors.filter((error, index) => error === errors[index - 1])).toEqual([]);
  await leaf.jsm.streams.add({ name: 'LOG', subjects: ['log.*'] });
  await leaf.js.publish('log.1');
  await vi.waitFor(() => expect(taken).toEqual([1]), { timeout: 30_000, interval: 25 });
});
