import { onTestFinished } from 'vitest';
import { ensureZone } from '../../global/command/ensureZone.ts';
import { openPolicyLog } from '../../global/command/openPolicyLog.ts';
import { hubCredentials } from '../../global/log/hubCredentials.ts';
import { tempDir } from './tempDir.ts';

const DAY_MS = 24 * 3_600_000;

/**
 * A policy log of its own, until the test is over, whose zones get credentials for the hub, good for thirty days.
 * @param now milliseconds since 1970 by the log's clock
 */
export async function issuingLog(now: () => number) {
  const { path, remove } = await tempDir('issuing-log');
  onTestFinished(remove);
  const date = () => new Date(now());
  const settings = { 'store.url': '', 'data.dir': path, 'secrets.keyFile': '', 'secrets.key': '' };
  const { events, commands } = await openPolicyLog({ ...settings, 'mesh.createDefault': false, now: date });
  onTestFinished(() => events.close());
  const issued = hubCredentials(events.db);
  const issue = async (zone: string) => {
    await ensureZone(commands, zone, 'test');
    const expiresAt = new Date(now() + 30 * DAY_MS);
    const userKey = `U-${zone}-${now()}`;
    await issued.add({ userKey, zone, tokenId: '', tokenKey: 'zone-token-signing-key-1', issuedAt: date(), expiresAt });
  };
  return { events, commands, issued, issue };
}
