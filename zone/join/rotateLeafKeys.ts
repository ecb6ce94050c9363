import { Command } from 'commander';
import { readZoneConfig } from '../config.ts';
import { makeNextLeafUser } from './leafUser.ts';
import { leafUserFiles } from './prepareLeaf.ts';

type Deps = {
  readonly out: (text: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
};

/** `meridian rotate leaf-keys`: works on the zone's files of keys, found by its settings, while its control planes run. */
export function rotateLeafKeysCommand(deps: Deps): Command {
  return new Command('leaf-keys')
    .description("the next keys of the zone's control planes at its nats-server; to be run as the zone's user")
    .option('--config <file>', "the zone's settings as YAML; the environment (MERIDIAN_ZONE_…) wins")
    .action(({ config }: { readonly config?: string }) => {
      const { user, system } = leafUserFiles(readZoneConfig(config, deps.env));
      makeNextLeafUser(system);
      makeNextLeafUser(user);
      deps.out("the zone's control planes have its nats-server take the next keys within seconds, and no others\n");
    });
}
