import { appendFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { freePort } from '../../deploy/process/ports.ts';
import { tempDir } from '../../test/support/tempDir.ts';
import { startAccessLogStreamer } from './accessLogStreamer.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Somebody who takes logs; `received` is all that came. */
async function collector(port = 0) {
  let text = '';
  const server = createServer((socket) => {
    cleanups.push(() => socket.destroy());
    socket.on('data', (chunk) => {
      text += chunk;
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  cleanups.push(() => server.close());
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, received: () => text };
}

async function streamer() {
  const temp = await tempDir('streamer');
  cleanups.push(() => temp.remove());
  const path = join(temp.path, 'pipe.sock');
  const logged: string[] = [];
  const started = await startAccessLogStreamer({ path, log: (message) => logged.push(message) });
  cleanups.push(() => started.stop());
  return { logged, write: (lines: string) => appendFile(path, lines) };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(10);
}

it('sends every line to whom it is addressed, whoever wrote it and however often the pipe is opened', async () => {
  const [a, b] = [await collector(), await collector()];
  const { write } = await streamer();
  await write(`${a.address};one; two\n${b.address};three\n`);
  await write(`${a.address};four\n`);
  await until(() => a.received().includes('four') && b.received() !== '');
  expect([a.received(), b.received()]).toEqual(['one; two\nfour\n', 'three\n']);
});

it('passes over what is addressed to nobody', async () => {
  const somebody = await collector();
  const { write, logged } = await streamer();
  await write(`127.0.0.1:99999;one\nnowhere;two\nnowhere;three\n${somebody.address};four\n`);
  await until(() => somebody.received() !== '');
  expect(somebody.received()).toBe('four\n');
  const told = 'cannot send access logs: the address is not host:port';
  expect(logged).toEqual([told, told]);
});

it('drops what nobody takes, goes on reading, and comes back when somebody does', async () => {
  const port = await freePort();
  const { write, logged } = await streamer();
  await write(`127.0.0.1:${port};lost\n`);
  await until(() => logged.some((line) => line.startsWith('cannot send access logs')));
  const late = await collector(port);
  // More than a pipe holds: it would stand still if nobody read it.
  const filler = `127.0.0.1:${port};${'x'.repeat(8_000)}\n`;
  while (late.received() === '') {
    await write(filler.repeat(20));
    await sleep(100);
  }
  expect(late.received()).not.toContain('lost');
  expect(logged).toContain('access log lines were dropped');
});
