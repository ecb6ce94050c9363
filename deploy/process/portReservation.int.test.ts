import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { reservePort } from './portReservation.ts';
import { Process } from './process.ts';

/** Nobody is given one of these: they are below the range. */
const PORT = 9_000 + (process.pid % 900);

it('keeps a port from other processes for as long as the one that took it lives', async () => {
  const module = fileURLToPath(new URL('portReservation.ts', import.meta.url));
  const script = `const { reservePort } = await import(${JSON.stringify(module)});
    console.log('took', reservePort(${PORT}));
    setInterval(() => {}, 1000);`;
  const other = new Process({
    name: 'another run',
    file: process.execPath,
    args: ['--input-type=module', '-e', script],
  });
  await other.line(/^took true$/, 30_000);
  expect(reservePort(PORT)).toBe(false);
  await other.kill('SIGKILL');
  await other.exited;
  // The first who asks finds that it is left, the next one gets it.
  expect([reservePort(PORT), reservePort(PORT)]).toEqual([false, true]);
});
