import { describe, expect, it } from 'vitest';
import { NO_CHANGES, Waiting } from './waiting.ts';

const endpoints = new Set(['m/backend']);
const order = (waiting: Waiting) => {
  const taken: string[] = [];
  for (let next = waiting.take(); next; next = waiting.take()) taken.push(next[0]);
  return taken;
};

describe('proxies that wait', () => {
  it('for endpoints go before those that wait for a policy, also when they wait for both', () => {
    const waiting = new Waiting();
    for (const id of ['a', 'b', 'c']) waiting.add(id, 'all', new Set(['change-1']));
    waiting.add('c', endpoints, NO_CHANGES);
    waiting.add('d', endpoints, NO_CHANGES);
    expect(waiting.get('c')).toEqual({ scope: 'all', changes: new Set(['change-1']) });
    expect(order(waiting)).toEqual(['c', 'd', 'a', 'b']);
    expect(waiting.size).toBe(0);
  });

  it('for a policy get their turn however many wait for endpoints', () => {
    const waiting = new Waiting();
    waiting.add('policy', 'all', new Set(['change-1']));
    for (let i = 0; i < 20; i++) waiting.add(`endpoints-${i}`, endpoints, NO_CHANGES);
    expect(order(waiting).indexOf('policy')).toBe(4);
  });

  it('wait once, for everything that came meanwhile', () => {
    const waiting = new Waiting();
    waiting.add('a', endpoints, new Set(['change-1']));
    waiting.add('a', new Set(['m/web']), new Set(['change-2']));
    expect(waiting.take()).toEqual([
      'a',
      { scope: new Set(['m/backend', 'm/web']), changes: new Set(['change-1', 'change-2']) },
    ]);
    expect(waiting.take()).toBeUndefined();
  });
});
