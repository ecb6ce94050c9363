import { execFileSync, spawnSync } from 'node:child_process';

const TABLE = 'meridian_faults';

/** For `lacks` of a scenario. */
export function lacksPacketFilter(): string {
  // Asks the kernel, too, and for the permission: a table of nothing, which is not kept.
  const { error, status } = spawnSync('nft', ['--check', 'add', 'table', 'inet', TABLE]);
  if (error) return 'nft (Debian: apt-get install nftables)';
  return status === 0 ? '' : 'root and a kernel with nf_tables';
}

/**
 * Lets packets of TCP connections to these ports of this machine disappear, in both directions, as a bad network does: the kernel's
 * TCP has to send them again. Nothing else is touched.
 * @param percent how many of a hundred
 */
export async function whileLosingPackets(
  ports: readonly number[],
  percent: number,
  during: () => Promise<void>,
): Promise<void> {
  const lost = `numgen random mod 100 < ${percent} drop`;
  const list = `{ ${ports.join(', ')} }`;
  // Of a run that was killed, one may be there still.
  const rules = `
    add table inet ${TABLE}
    delete table inet ${TABLE}
    table inet ${TABLE} {
      chain lost {
        type filter hook input priority 0;
        iifname lo tcp dport ${list} ${lost}
        iifname lo tcp sport ${list} ${lost}
      }
    }`;
  execFileSync('nft', ['-f', '-'], { input: rules });
  try {
    await during();
  } finally {
    execFileSync('nft', ['delete', 'table', 'inet', TABLE]);
  }
}
