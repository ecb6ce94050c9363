import { join } from 'node:path';
import { Command } from 'commander';
import { readZoneConfig } from '../config.ts';
import { makeNextZoneKey } from './zoneKey.ts';

type Deps = {
  readonly out: (text: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
};

/** `meridian rotate zone-key`: works on the zone's file of keys, found by its settings, while its control planes run. */
export function rotateZoneKeyCommand(deps: Deps): Command {
  return new Command('zone-key')
    .description("the next key that a zone's secrets are sealed to; to be run as the zone's user")
    .option('--config <file>', "the zone's settings as YAML; the environment (MERIDIAN_ZONE_…) wins")
    .action(({ config }: { readonly config?: string }) => {
      const { 'data.dir': data, 'keys.dir': keys } = readZoneConfig(config, deps.env);
      makeNextZoneKey(join(keys || data, 'zone.key'));
      deps.out("the zone's control planes use the next key within seconds, and tell global of it\n");
      deps.out('The one before it goes by itself when nothing is sealed to it any more; their log says when.\n');
    });
}
