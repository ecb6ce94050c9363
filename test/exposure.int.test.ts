import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BareCluster, startBareCluster } from './support/bareCluster.ts';
import { type TempDir, tempDir } from './support/tempDir.ts';

let data: TempDir;
let cluster: BareCluster;
beforeAll(async () => {
  data = await tempDir('exposure');
  cluster = await startBareCluster(['--data', data.path]);
});
afterAll(async () => {
  await cluster?.stop();
  await data?.remove();
});

const LISTENING = '0A';
/** 127.0.0.1 and ::1, as the kernel writes them. */
const LOOPBACK = new Set(['0100007F', '00000000000000000000000001000000']);

/** Control planes, and the nats-servers that were started with a configuration of theirs. */
function processes(): number[] {
  const servers = readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`${data.path}/nats-`);
    } catch {
      return false; // it has ended
    }
  });
  return [cluster.global.pid, ...cluster.zones.map(({ pid }) => pid), ...servers.map(Number)];
}

/** Inodes of the sockets that a process holds. */
function socketsOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
    } catch {
      return []; // closed meanwhile
    }
  });
}

test('everything that the default set-up opens is open to this host only', () => {
  const held = new Set(processes().flatMap(socketsOf));
  const listening = ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/net/${table}`, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state, , , , , , inode]) => state === LISTENING && held.has(inode ?? ''))
      .map(([, local = '']) => local.split(':')[0] ?? ''),
  );
  // REST, REST over TLS and diagnostics of global; REST, dp-server and diagnostics of the zone; the hub's two and the leaf's one.
  expect(listening.length).toBeGreaterThanOrEqual(9);
  expect(listening.filter((address) => !LOOPBACK.has(address))).toEqual([]);
});

/** A private key, the seed of an nkey, or a token. */
const SECRET = /PRIVATE KEY-----\s+[\w+/]{40}|\bS[AUO][A-Z2-7]{56}\b|\beyJ[\w-]+\.eyJ[\w-]+\.[\w-]+/;
test('every file with a key or a token is for its owner only', () => {
  const files = readdirSync(data.path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const holding = files.filter(
    (file) => /(secrets|zone)\.key$/.test(file) || SECRET.test(readFileSync(file, 'latin1')),
  );
  const names = holding.map((file) => relative(data.path, file));
  for (const one of ['hub.key', 'hub.creds', 'leaf-user.nk', 'leaf-system.nk', 'zone.key', 'secrets.key', 'zone.token'])
    expect(
      names.some((name) => name.endsWith(one)),
      one,
    ).toBe(true);
  for (const one of ['dp-server-ca-1.key', 'envoy-admin-ca-1.key', 'leaf-ca-1.key'])
    expect(
      names.some((name) => name.endsWith(one)),
      one,
    ).toBe(true);
  expect(holding.filter((file) => (statSync(file).mode & 0o077) !== 0)).toEqual([]);
});
