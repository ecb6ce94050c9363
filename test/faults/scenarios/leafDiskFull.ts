import { until } from '../../../deploy/demo/until.ts';
import { fetchStatus } from '../../../global/cli/statusBody.ts';
import { lacksMount, whileDiskFull } from '../diskFull.ts';
import { zonesGetOn } from '../getOn.ts';
import type { Scenario } from '../scenario.ts';
import type { World } from '../world.ts';

export const scenario: Scenario = {
  what: "the disk of a zone's nats-server is full: requests go on, global shows why the zone says nothing, and the zone gets on once there is space, nobody does anything (needs root)",
  traffic: 'none may fail',
  lacks: lacksMount,
  run: async (world) => {
    let took = 0;
    const [, zone] = world.zones;
    await whileDiskFull(
      world,
      zone.server,
      () => shownAsFull(world, zone.name),
      async () => {
        took = await zonesGetOn(world);
      },
    );
    return `the zones got on ${(took / 1000).toFixed(1)} s after there was space`;
  },
};

/** The zone cannot write that its disk is full, but it says so when global asks. */
async function shownAsFull({ cluster }: World, name: string): Promise<void> {
  await until({
    what: `global shows that ${name} needs space`,
    probe: async () => (await fetchStatus(cluster.api)).zones.find((zone) => zone.name === name),
    holds: (zone) => zone?.state === 'stalled' && zone.reason?.includes('make space') === true,
    show: (zone) => JSON.stringify(zone && { state: zone.state, reason: zone.reason }),
    timeout: 60_000,
    pause: 100,
  });
}
