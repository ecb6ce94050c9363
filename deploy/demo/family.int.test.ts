import { afterEach, beforeEach, expect, test } from 'vitest';
import { type TempDir, tempDir } from '../../test/support/tempDir.ts';
import type { Child } from './child.ts';
import { leftovers } from './check/nothingLeft.ts';
import { Family } from './family.ts';

let folder: TempDir;
let family: Family;
let deaths: string[];

beforeEach(async () => {
  folder = await tempDir('family');
  deaths = [];
  family = new Family((child, { code, signal }) => deaths.push(`${child.spec.name} ${signal ?? code}`));
});

afterEach(async () => {
  await family.stop();
  await folder.remove();
});

function start(name: string, code: string, generation = 0, logFile = `${folder.path}/${name}.log`): Child {
  const args = ['-e', `const ready = (more = {}) => console.log(JSON.stringify({ msg: 'ready', ...more }));\n${code}`];
  return family.start({
    name,
    file: process.execPath,
    args,
    cwd: folder.path,
    logFile,
    generation,
    grace: 2_000,
  });
}

const RUN = 'setInterval(() => {}, 1e3);';

test('waits for the ready line and gives what it says', async () => {
  expect(await start('a', `console.log('noise'); ready({ url: 'http://x' }); ${RUN}`).ready()).toMatchObject({
    url: 'http://x',
  });
});

test.runIf(process.platform === 'linux')('goes on when the disk of its logs is full', async () => {
  const child = start('a', `ready(); ${RUN}`, 0, '/dev/full');
  expect(await child.ready()).toMatchObject({ msg: 'ready' });
  await child.stop();
});

test('tells of a child that ends by itself, not of one that was stopped', async () => {
  const dying = start('dying', 'ready(); setTimeout(() => process.exit(3), 50)');
  const stopped = start('stopped', `ready(); ${RUN}`);
  await Promise.all([dying.ready(), stopped.ready()]);
  await stopped.stop();
  await dying.exited;
  await family.stop();
  expect(deaths).toEqual(['dying 3']);
});

test('says why one was never ready', async () => {
  const child = start('broken', `console.error('MERIDIAN_X: is wrong'); process.exit(1)`);
  await expect(child.ready()).rejects.toThrow(/broken ended before it was ready\n.*MERIDIAN_X: is wrong/);
});

test('stops the higher generation first, and takes grandchildren along', async () => {
  const order: string[] = [];
  const low = start('low', `ready(); ${RUN}`, 0);
  // A grandchild that hears no signal: it has to go with its parent's group.
  const grandchild = `process.on('SIGTERM', () => {}); console.log('up'); ${RUN}`;
  const spawn = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(grandchild)}], { stdio: ['ignore', 'pipe', 'ignore'] })`;
  const high = start(
    'high',
    `${spawn}.stdout.once('data', () => ready()); process.on('SIGTERM', () => process.exit(0)); ${RUN}`,
    1,
  );
  await Promise.all([low.ready(), high.ready()]);
  void low.exited.then(() => order.push('low'));
  void high.exited.then(() => order.push('high'));
  expect(await leftovers([low.pid, high.pid])).toHaveLength(2);
  await family.stop();
  expect(order).toEqual(['high', 'low']);
  expect(await leftovers([low.pid, high.pid])).toEqual([]);
  expect(deaths).toEqual([]);
});

test('starts nothing once it is stopping', async () => {
  await family.stop();
  expect(() => start('late', '')).toThrow(/everything is being stopped/);
});
