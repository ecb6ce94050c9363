import { Argument, type Command } from 'commander';
import { z } from 'zod';
import { fetchCatalog } from '../catalog.ts';
import { CliError } from '../cliError.ts';
import { inKnownMesh } from '../notFound.ts';
import { type Format, formatOption, render } from '../output.ts';
import { table } from '../table.ts';
import { type CliDeps, type ConnectionFlags, connectionOf, meshOption, verb } from '../verb.ts';

const TYPE = 'MeshGateway';

const selected = z.looseObject({
  items: z.array(z.looseObject({ dataplane: z.looseObject({ mesh: z.string(), name: z.string() }) })),
});

/** `meridian inspect meshgateway NAME`: the Dataplanes that it makes gateways; of a control plane that knows the type. */
export function inspectMeshGateway(deps: CliDeps): Command {
  return verb('meshgateway', deps)
    .description('the Dataplanes of a MeshGateway, at a control plane that has the type')
    .addArgument(new Argument('<name>', 'its name'))
    .addOption(meshOption())
    .addOption(formatOption())
    .action(async (name: string, flags: ConnectionFlags & { mesh: string; output: Format }) => {
      const connection = connectionOf(flags, deps);
      if (!(await fetchCatalog(connection)).some((type) => type.name === TYPE))
        throw new CliError(
          `this control plane has no ${TYPE}s: the type is not supported yet. Gateways of your own are in \`meridian inspect dataplanes --gateway\``,
        );
      const path = `/meshes/${encodeURIComponent(flags.mesh)}/meshgateways/${encodeURIComponent(name)}/dataplanes`;
      const body = selected.parse(await inKnownMesh(connection, flags.mesh, connection.get(path)));
      const rows = body.items.map(({ dataplane }) => [dataplane.mesh, dataplane.name]);
      deps.out(`${flags.output === 'table' ? table(['MESH', 'DATAPLANE'], rows) : render(body, flags.output)}\n`);
    });
}
