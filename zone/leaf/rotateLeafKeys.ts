import type { Command } from 'commander';
import { type RotationDeps, rotationCommand } from '../../runtime/rotationCommand.ts';
import { readZoneConfig, ZONE_PREFIX } from '../config.ts';
import { makeNextLeafUser } from './leafUser.ts';
import { leafUserFiles } from './prepareLeaf.ts';

/** `meridian rotate leaf-keys`: works on the zone's files of keys while its control planes run. */
export function rotateLeafKeysCommand(deps: RotationDeps): Command {
  return rotationCommand(
    {
      name: 'leaf-keys',
      description: "the next keys of the zone's control planes at its nats-server; to be run as the zone's user",
      whose: "the zone's",
      prefix: ZONE_PREFIX,
      readConfig: readZoneConfig,
      rotate: (config) => {
        const { user, system } = leafUserFiles(config);
        makeNextLeafUser(system);
        makeNextLeafUser(user);
        return ["the zone's control planes have its nats-server take the next keys within seconds, and no others"];
      },
    },
    deps,
  );
}
