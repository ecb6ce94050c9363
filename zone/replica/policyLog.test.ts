import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { HEADER, type Message, toMessage } from '../../shared/event/message.ts';
import { Quarantine } from '../../shared/event/quarantine.ts';
import { keyOf } from '../../shared/resource/resource.ts';
import { View } from '../../shared/view/view.ts';
import { resource } from '../../test/support/resource.ts';
import { tempDir } from '../../test/support/tempDir.ts';
import { Keyring } from './keyring.ts';
import { LocalCopy } from './localCopy.ts';
import { PolicyLog } from './policyLog.ts';

/** The event that creates a MeshTimeout. */
function created(name: string, position: number): Message {
  const written = resource('MeshTimeout', 'default', name);
  return toMessage('log-1', {
    position,
    id: `event-${position}`,
    change: { id: `change-${position}`, index: 0, size: 1 },
    type: 'ResourceCreated',
    schema: 1,
    key: keyOf(written),
    version: position,
    at: '2026-01-01T00:00:00Z',
    by: { user: 'test', source: '', client: '' },
    resource: written,
  });
}

function without(header: string, message: Message): Message {
  return {
    ...message,
    headers: Object.fromEntries(Object.entries(message.headers).filter(([name]) => name !== header)),
  };
}

async function logIn(): Promise<{ open(): ReturnType<typeof openLog> }> {
  const folder = await tempDir('policy-log');
  onTestFinished(() => folder.remove());
  return { open: () => openLog(join(folder.path, 'copy.sqlite')) };
}

function openLog(file: string) {
  const view = new View();
  const quarantine = new Quarantine();
  const others: string[] = [];
  const copy = new LocalCopy(file);
  const log = new PolicyLog({
    view,
    keyring: new Keyring(() => []),
    copy,
    reader: { schema: 1, knows: () => true },
    quarantine,
    applied: () => {},
    onOtherLog: (logId) => others.push(logId),
    onError: () => {},
  });
  log.load();
  const takeAll = (messages: readonly Message[]) => {
    for (const [index, message] of messages.entries()) log.take(index + 1, message);
  };
  return {
    log,
    others,
    takeAll,
    aside: () => quarantine.list.map(({ sequence, reason }) => [sequence, reason]),
    names: () => [...view.entriesOfType('MeshTimeout')].map(({ resource: { name } }) => name).sort(),
    close: () => {
      log.save();
      copy.close();
    },
  };
}

it.each([
  ['that does not say its log', HEADER.log],
  ['that does not say its version', HEADER.version],
])('a message %s is set aside, by a refill as well, which is complete when it is the last', async (_, header) => {
  const { open } = await logIn();
  const { log, others, takeAll, aside, names, close } = open();
  const messages = [created('a', 1), created('b', 2), without(header, created('c', 3))];
  takeAll(messages);
  const told = [[3, expect.stringContaining(header)]];
  expect([log.position, names(), aside()]).toEqual([3, ['a', 'b'], told]);

  log.beginRefill();
  takeAll(messages);
  expect(log.endRefill()).toBe(true);
  expect([log.position, log.logId, names(), aside(), others]).toEqual([3, 'log-1', ['a', 'b'], told, []]);
  close();
});

it('what is no event, amid a refill, takes nothing of it away', async () => {
  const { open } = await logIn();
  const { log, takeAll, names, close } = open();
  const messages = [created('a', 1), without(HEADER.log, created('b', 2)), created('c', 3)];
  takeAll(messages);
  log.beginRefill();
  takeAll(messages);
  log.endRefill();
  expect(names()).toEqual(['a', 'c']);
  close();
});

it('what was no event is forgotten when its resource has one, also by the next start', async () => {
  const { open } = await logIn();
  const first = open();
  first.takeAll([without(HEADER.version, created('a', 1))]);
  expect(first.aside()).toHaveLength(1);
  first.log.take(2, created('a', 2));
  expect([first.aside(), first.names()]).toEqual([[], ['a']]);
  first.close();
  const second = open();
  expect([second.aside(), second.names()]).toEqual([[], ['a']]);
  second.close();
});
