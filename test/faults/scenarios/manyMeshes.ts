import { readFileSync } from 'node:fs';
import { put } from '../writes.ts';
import type { Scenario } from '../scenario.ts';

const MESHES = 200;
const POLICIES = 15;
const RSS_LIMIT_MIB = 700;

export const scenario: Scenario = {
  what: `${MESHES} meshes and ${(MESHES * POLICIES).toLocaleString('en')} policies in one burst`,
  traffic: 'none may fail',
  run: async ({ global, zones }) => {
    const stamp = Date.now().toString(36);
    await inParallel(MESHES, 20, async (n) => createMesh(global.url, `m-${stamp}-${n}`));
    await inParallel(MESHES * POLICIES, 50, async (n) => {
      const answer = await put(global.url, `p-${n}`, String(n), `m-${stamp}-${n % MESHES}`);
      if (answer !== '2xx') throw new Error(`a policy was answered ${answer}`);
    });
    const sizes = [global, ...zones.map(({ controlPlane }) => controlPlane)].map(({ name, pid }) => ({
      name,
      mib: rssOf(pid),
    }));
    const large = sizes.find(({ mib }) => mib > RSS_LIMIT_MIB);
    if (large) throw new Error(`${large.name} takes ${large.mib} MiB`);
    return sizes.map(({ name, mib }) => `${name} ${mib} MiB`).join(', ');
  },
};

async function createMesh(url: string, name: string): Promise<void> {
  const response = await fetch(`${url}/meshes/${name}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ type: 'Mesh', name }),
  });
  if (!response.ok) throw new Error(`a mesh was answered ${response.status}: ${await response.text()}`);
}

async function inParallel(count: number, width: number, act: (n: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async () => {
    for (let n = next++; n < count; n = next++) await act(n);
  };
  await Promise.all(Array.from({ length: width }, lane));
}

/** Resident memory, of Linux. */
function rssOf(pid: number): number {
  const [, kib = '0'] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Math.round(Number(kib) / 1024);
}
