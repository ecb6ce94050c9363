import { join } from 'node:path';
import { Argument, Command } from 'commander';
import { certificatesIn, endOfServer } from '../../runtime/certificate/readCertificate.ts';
import { configOption } from '../../runtime/configOption.ts';
import type { RotationDeps } from '../../runtime/rotationCommand.ts';
import { readZoneConfig, ZONE_PREFIX, type ZoneConfig } from '../config.ts';
import { type CaName, dropFormerCas, hasCa, makeNextCa } from './zoneCa.ts';

interface Flags {
  readonly config?: string;
  readonly dropFormer?: true;
}

const SERVERS: readonly CaName[] = ['dp-server', 'leaf', 'envoy-admin'];

/** `meridian rotate zone-ca`: works on the folder of the CA while the zone's control planes run. */
export function rotateZoneCaCommand(deps: RotationDeps): Command {
  return new Command('zone-ca')
    .description(
      "the next CA of a zone's dp-server, of its nats-server (leaf), or of the proxies' admin APIs (envoy-admin); to be run as the zone's user",
    )
    .addArgument(new Argument('<server>').choices(SERVERS))
    .addOption(configOption(ZONE_PREFIX, "the zone's"))
    .option('--drop-former', 'make no next one: who starts from now on trusts the newest only')
    .action(async (name: CaName, { config, dropFormer }: Flags) => {
      const folder = folderOf(readZoneConfig(config, deps.env), name);
      if (!hasCa(folder, name))
        throw new Error(`there is no CA of the ${name} in ${folder}: give the settings that the zone is started with`);
      for (const line of dropFormer ? dropped(folder, name) : await made(folder, name)) deps.out(`${line}\n`);
    });
}

function folderOf(config: ZoneConfig, name: CaName): string {
  const { 'data.dir': data, 'keys.dir': keys, 'leaf.dir': leaf } = config;
  return name === 'leaf' ? leaf || join(data, 'leaf') : keys || data;
}

async function made(folder: string, name: CaName): Promise<string[]> {
  const { trusted } = await makeNextCa(folder, name, new Date());
  const lines = [`the next CA signs for the ${name} within seconds; the former one vouches for it`];
  if (name === 'dp-server' && certificatesIn(trusted).length > 1)
    lines.push(
      `Proxies that run now find back until ${endOfServer(trusted).toISOString()}; restart them before that: meridian_zone_proxies_of_former_ca counts them.`,
    );
  return lines;
}

function dropped(folder: string, name: CaName): string[] {
  dropFormerCas(folder, name, new Date());
  return [`only the newest CA of the ${name} is trusted by who starts from now on, or reads ${name}.crt anew`];
}
