import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createUser } from '@nats-io/nkeys';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { certificateAuthority } from '../../test/support/certificates.ts';
import { type TempDir, tempDir } from '../../test/support/tempDir.ts';
import { keepCredential } from '../../zone/join/hubCredential.ts';
import { Process } from '../process/process.ts';
import { loadRegistry } from '../registry.ts';
import { bundleIsFresh } from './bundleFiles.js';

const MAKER = fileURLToPath(new URL('makeBundle.js', import.meta.url));
let folder: TempDir;
let list: string;
let made: { readonly doors: readonly string[]; readonly files: Readonly<Record<string, string>> };

beforeAll(async () => {
  folder = await tempDir('bundle');
  const maker = new Process({ name: 'bundler', file: process.execPath, args: [MAKER, folder.path] });
  expect(await maker.exited, maker.output).toMatchObject({ code: 0 });
  list = join(folder.path, 'inputs.json');
  made = JSON.parse(readFileSync(list, 'utf8')) as typeof made;
});

afterAll(async () => {
  await folder?.remove();
});

it('is made of what a zone runs, and of nothing of global', () => {
  const files = Object.keys(made.files);
  expect(files).toEqual(expect.arrayContaining(['zone/main.ts', 'deploy/program.ts', 'package.json', ...made.doors]));
  expect(files.filter((file) => file.startsWith('global/'))).toEqual([]);
});

it('has all resource types', async () => {
  const files = made.doors.map((door) => join(folder.path, door.replace(/\.ts$/, '.js')));
  const script = `
    const doors = await Promise.all(${JSON.stringify(files)}.map((file) => import(file)));
    const descriptors = doors.flatMap(({ descriptor, descriptors }) => descriptors ?? [descriptor]);
    console.log(descriptors.map(({ type }) => type).sort().join());`;
  const listing = new Process({
    name: 'types',
    file: process.execPath,
    args: ['--input-type=module', '--eval', script],
  });
  await listing.exited;
  expect(listing.output.trim().split(',')).toEqual((await loadRegistry()).all.map(({ type }) => type));
});

it('runs a zone up to the first thing that it needs', async () => {
  const data = join(folder.path, 'data');
  const zone = new Process({
    name: 'zone',
    file: process.execPath,
    args: [join(folder.path, 'deploy/meridian.js'), 'zone'],
    env: { MERIDIAN_ZONE_DATA_DIR: data },
  });
  expect(await zone.exited).toMatchObject({ code: 1 });
  expect(zone.output).toContain(`there is no credential for the hub in ${join(data, 'leaf')}`);
});

it('makes certificates for the nats-server of a zone that may join', async () => {
  const data = join(folder.path, 'joined');
  const [issuedAt, expiresAt] = [new Date().toISOString(), '2126-01-01T00:00:00Z'];
  mkdirSync(join(data, 'leaf'), { recursive: true });
  const membership = { hubUrl: 'tls://hub:7422', issuedAt, expiresAt };
  keepCredential(
    join(data, 'leaf'),
    { jwt: 'x.y.z', ca: (await certificateAuthority('hub')).cert },
    createUser(),
    membership,
  );
  const zone = new Process({
    name: 'zone',
    file: process.execPath,
    args: [join(folder.path, 'deploy/meridian.js'), 'zone'],
    env: { MERIDIAN_ZONE_DATA_DIR: data },
  });
  const configured = await zone.line(/"msg":"leaf configured"/);
  await zone.kill();
  expect(readFileSync(join(data, 'leaf', 'leaf-server.crt'), 'utf8')).toContain('BEGIN CERTIFICATE');
  expect(configured).toContain(join(data, 'leaf', 'leaf.conf'));
});

it('is used until one of its sources, or of the folders where types are found, is another', () => {
  expect(bundleIsFresh(folder.path)).toBe(true);
  const others = [
    { ...made, files: { ...made.files, 'zone/main.ts': '1 1' } },
    { ...made, files: { ...made.files, 'zone/gone.ts': '1 1' } },
    { ...made, doors: made.doors.slice(1) },
  ];
  for (const other of others) {
    writeFileSync(list, JSON.stringify(other));
    expect(bundleIsFresh(folder.path)).toBe(false);
  }
});
