import { expect, onTestFinished } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { HostileLeaf } from './hostileLeaf.ts';
import type { HubWithZones } from './hubWithZones.ts';

/** The nats-server of that zone is another one from now on, until the test is over: the hub gathers from it. */
export async function takenOver(world: HubWithZones, zone: string): Promise<HostileLeaf> {
  await world.leafOf(zone).server.kill();
  const leaf = await HostileLeaf.connect(world.hub, zone);
  onTestFinished(() => leaf.close());
  leaf.serveLog(zone);
  await eventually(() => expect([...leaf.wanted]).toContain(`cp.repl.up-${zone}`));
  await allHeard(leaf, zone);
  return leaf;
}

/**
 * Resolves when the hub has read all that was sent, and has done what it had to do for it.
 * @returns the numbers that the next message of the zone's log has
 */
export async function allHeard(leaf: HostileLeaf, zone: string): Promise<{ consumer: number; log: number }> {
  const inbox = `_INBOX.${zone}.${leaf.came.length}`;
  leaf.subscribe(`${inbox}.*`);
  leaf.publish(`$JS.global.API.CONSUMER.RESET.EVENTS.ev-${zone}`, '{"seq":1}', `${inbox}.asked`);
  const last = (header: string) => Number(leaf.headers.get(header));
  await eventually(() => {
    // The hub may just be about to read the log anew, and hears nothing then.
    leaf.publishWithHead(`cp.repl.up-${zone}`, 'NATS/1.0 100 FlowControl Request', `${inbox}.gathered`);
    expect(leaf.came.join('\n')).toContain(`${inbox}.asked`);
    expect(leaf.came.join('\n')).toContain(`${inbox}.gathered`);
    expect(last('Nats-Last-Consumer')).toBeGreaterThanOrEqual(0);
  });
  return { consumer: last('Nats-Last-Consumer') + 1, log: last('Nats-Last-Stream') + 1 };
}
