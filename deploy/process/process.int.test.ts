import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { freePort, freePorts } from './ports.ts';
import { Process } from './process.ts';

const script = (name: string, code: string, grace = 5_000) =>
  new Process({ name, file: process.execPath, args: ['-e', code], grace });

test('ports are different, free and below the ephemeral range', async () => {
  const ports = await freePorts(50);
  expect(new Set(ports).size).toBe(50);
  expect(Math.min(...ports)).toBeGreaterThanOrEqual(10_000);
  expect(Math.max(...ports)).toBeLessThan(32_000);
});

test('waits for a line, and stops', async () => {
  const port = await freePort();
  const child = script('server', `require('net').createServer().listen(${port}, '127.0.0.1', () => console.log('up'))`);
  expect(await child.line(/^up$/)).toBe('up');
  expect(await child.stop()).toEqual({ code: null, signal: 'SIGTERM' });
  expect(child.running).toBe(false);
  const again = createServer();
  await new Promise<void>((resolve) => again.listen(port, '127.0.0.1', resolve));
  again.close();
});

test('forces one that does not listen to SIGTERM', async () => {
  const child = script(
    'stubborn',
    `process.on('SIGTERM', () => {}); setInterval(() => {}, 1e3); console.log('up')`,
    200,
  );
  await child.line(/up/);
  expect((await child.stop()).signal).toBe('SIGKILL');
});

test('says why when a child ends early or cannot be started', async () => {
  await expect(script('early', `console.error('no config'); process.exit(3)`).line(/up/)).rejects.toThrow(
    /early ended \(3\).*\n?.*/,
  );
  const missing = new Process({ name: 'missing', file: '/nowhere/tool' });
  await expect(missing.line(/up/)).rejects.toThrow(/missing ended/);
  expect(missing.output).toContain('cannot run');
});
