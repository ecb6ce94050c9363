import { Command } from 'commander';
import { inspectDataplane } from './inspectDataplane.ts';
import { inspectDataplanes } from './inspectDataplanes.ts';
import { inspectMeshes, inspectServices } from './inspectMeshes.ts';
import { inspectMeshGateway } from './inspectMeshGateway.ts';
import { inspectPolicy } from './inspectPolicy.ts';
import { inspectZoneProxies } from './inspectZoneProxies.ts';
import { inspectZones } from './inspectZones.ts';
import type { CliDeps } from './verb.ts';

/** `meridian inspect …`: what is connected and what applies to it. */
export function inspectCommand(deps: CliDeps): Command {
  const command = new Command('inspect')
    .description('what is connected, and what applies to it')
    .addCommand(inspectDataplanes(deps))
    .addCommand(inspectDataplane(deps))
    .addCommand(inspectZones(deps))
    .addCommand(inspectMeshes(deps))
    .addCommand(inspectServices(deps))
    .addCommand(inspectMeshGateway(deps))
    .addCommand(inspectPolicy(deps), { isDefault: true });
  for (const one of inspectZoneProxies(deps)) command.addCommand(one);
  return command;
}
