import { Command } from 'commander';
import { inspectDataplane } from './dataplane.ts';
import { inspectDataplanes } from './dataplanes.ts';
import { inspectMeshes, inspectServices } from './meshes.ts';
import { inspectMeshGateway } from './meshGateway.ts';
import { inspectPolicy } from './policy.ts';
import { inspectZoneProxies } from './zoneProxies.ts';
import { inspectZones } from './zones.ts';
import type { CliDeps } from '../verb.ts';

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
