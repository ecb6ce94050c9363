import { expect, it } from 'vitest';
import { StaleWrite } from '../replica/ports.ts';
import { Troubles } from './troubles.ts';

/** Troubles of a control plane whose clock a test moves, and what was logged of them. */
function start() {
  let at = 0;
  const told: string[] = [];
  const troubles = new Troubles({
    now: () => new Date(at),
    running: () => at,
    onError: (what) => (error) => told.push(`${what}: ${(error as Error).message}`),
  });
  const after = (ms: number) => {
    at += ms;
  };
  return { troubles, told, after };
}

it('tells of an error once for each reason, and shows what lasts until it works', () => {
  const { troubles, told, after } = start();
  for (let n = 0; n < 3; n++) troubles.failed('claims', new Error('timeout'));
  expect(told).toEqual(['claims: timeout']);
  expect(troubles.list()).toEqual([]);
  after(10_000);
  troubles.failed('claims', new Error('refused'));
  expect(told).toEqual(['claims: timeout', 'claims: refused']);
  expect(troubles.list()).toEqual([{ what: 'claims', since: new Date(0).toISOString(), reason: 'refused' }]);
  troubles.over('claims');
  expect(troubles.list()).toEqual([]);
});

it('passes over that another instance was first, unless that does not end', () => {
  const { troubles, told, after } = start();
  const stale = () => troubles.failed('claims', new StaleWrite('expected 0'));
  stale();
  after(500);
  troubles.over('claims');
  after(10_000);
  stale();
  after(9_000);
  stale();
  expect(told).toEqual([]);
  expect(troubles.list()).toEqual([]);
  after(1_000);
  stale();
  stale();
  expect(told).toEqual(['claims: expected 0']);
  expect(troubles.list()).toMatchObject([{ what: 'claims', reason: 'expected 0' }]);
});

it('shows what somebody else watches as soon as it is wrong', () => {
  const { troubles, told, after } = start();
  let wrong = '';
  troubles.watch('the nats-server', () => wrong);
  expect(troubles.list()).toEqual([]);
  after(5_000);
  wrong = 'full';
  expect(troubles.list()).toEqual([{ what: 'the nats-server', since: new Date(5_000).toISOString(), reason: 'full' }]);
  after(1_000);
  expect(troubles.list()).toMatchObject([{ since: new Date(5_000).toISOString() }]);
  wrong = '';
  expect(troubles.list()).toEqual([]);
  expect(told).toEqual([]);
});
