import { expect, it } from 'vitest';
import { keepLooking } from './keepLooking.ts';

const LONG_MS = 1_000_000_000;

/** Looks once for each outcome: the message of the error it fails with, empty when it goes well. @returns what was told */
async function told(...outcomes: readonly string[]): Promise<readonly string[]> {
  const ended = new AbortController();
  const left = [...outcomes];
  const messages: string[] = [];
  const look = async () => {
    const outcome = left.shift();
    if (outcome === undefined) return ended.abort();
    if (outcome !== '') throw new Error(outcome);
  };
  await keepLooking(look, { every: 0, onError: ({ message }) => messages.push(message), signal: ended.signal });
  return messages;
}

it('tells a problem once, until there is another one or none', async () => {
  expect(await told('away', 'away', 'refused', 'refused', '', 'refused')).toEqual(['away', 'refused', 'refused']);
});

it('looks again after an error as soon as it is told to', async () => {
  const ended = new AbortController();
  let looks = 0;
  const look = async () => {
    if (++looks === 1) throw new Error('away');
    ended.abort();
  };
  await keepLooking(look, { every: LONG_MS, afterError: 0, onError: () => {}, signal: ended.signal });
  expect(looks).toBe(2);
});

it('ends in the middle of a pause', async () => {
  const ended = new AbortController();
  let looks = 0;
  const look = async () => {
    looks++;
    setImmediate(() => ended.abort());
  };
  await keepLooking(look, { every: LONG_MS, onError: () => {}, signal: ended.signal });
  expect(looks).toBe(1);
});

it('does not tell of what fails because it ends', async () => {
  const ended = new AbortController();
  const messages: string[] = [];
  const look = async () => {
    ended.abort();
    throw new Error('the connection was closed');
  };
  await keepLooking(look, { every: 0, onError: ({ message }) => messages.push(message), signal: ended.signal });
  expect(messages).toEqual([]);
});
