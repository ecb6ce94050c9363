import { join } from 'node:path';
import type { Command } from 'commander';
import { type RotationDeps, rotationCommand } from '../../runtime/rotationCommand.ts';
import { readZoneConfig, ZONE_PREFIX } from '../config.ts';
import { makeNextZoneKey } from './zoneKey.ts';

/** `meridian rotate zone-key`: works on the zone's file of keys while its control planes run. */
export function rotateZoneKeyCommand(deps: RotationDeps): Command {
  return rotationCommand(
    {
      name: 'zone-key',
      description: "the next key that a zone's secrets are sealed to; to be run as the zone's user",
      whose: "the zone's",
      prefix: ZONE_PREFIX,
      readConfig: readZoneConfig,
      rotate: ({ 'data.dir': data, 'keys.dir': keys }) => {
        makeNextZoneKey(join(keys || data, 'zone.key'));
        return [
          "the zone's control planes use the next key within seconds, and tell global of it",
          'The one before it goes by itself when nothing is sealed to it any more; their log says when.',
        ];
      },
    },
    deps,
  );
}
