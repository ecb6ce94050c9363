import { Command } from 'commander';
import { type Format, formatOption, render } from '../output.ts';
import { table } from '../table.ts';
import type { CliDeps } from '../verb.ts';
import { addCommand } from './add.ts';
import { type KnownControlPlanes, readControlPlanes, writeControlPlanes } from './file.ts';
import { importCommand } from './import.ts';
import { named } from './named.ts';

/** `meridian config control-planes add|import|list|switch|remove` and `config view`: which control plane the verbs talk to, as kumactl's. */
export function configCommand(deps: CliDeps): Command {
  const controlPlanes = new Command('control-planes')
    .description('those that the verbs talk to')
    .addCommand(addCommand(deps))
    .addCommand(importCommand(deps))
    .addCommand(list(deps))
    .addCommand(
      new Command('switch')
        .description('talk to another one')
        .argument('<name>')
        .action((name: string) => {
          const known = readControlPlanes(deps.env);
          writeControlPlanes(deps.env, { ...known, current: named(known, name).name });
          deps.out(`switched to control plane "${name}"\n`);
        }),
    )
    .addCommand(
      new Command('remove')
        .description('forget one')
        .argument('<name>')
        .action((name: string) => {
          const { current, controlPlanes: all } = readControlPlanes(deps.env);
          const gone = named({ controlPlanes: all }, name);
          const left = all.filter((one) => one !== gone);
          writeControlPlanes(deps.env, {
            ...(current !== undefined && current !== name && { current }),
            controlPlanes: left,
          });
          deps.out(`removed control plane "${name}"\n`);
        }),
    );
  const view = new Command('view')
    .description('what is remembered, without tokens and values of headers')
    .action(() => deps.out(`${render(shown(readControlPlanes(deps.env)), 'yaml')}\n`));
  return new Command('config')
    .description('which control plane the verbs talk to')
    .addCommand(controlPlanes)
    .addCommand(view);
}

function list(deps: CliDeps): Command {
  return new Command('list')
    .description('all that are remembered; * is talked to')
    .addOption(formatOption())
    .action(({ output }: { readonly output: Format }) => {
      const known = readControlPlanes(deps.env);
      const rows = known.controlPlanes.map(({ name, address }) => [name === known.current ? '*' : '', name, address]);
      deps.out(`${output === 'table' ? table(['CURRENT', 'NAME', 'ADDRESS'], rows) : render(shown(known), output)}\n`);
    });
}

function shown({ controlPlanes, ...rest }: KnownControlPlanes): object {
  return {
    ...rest,
    controlPlanes: controlPlanes.map(({ token, headers, ...one }) => ({
      ...one,
      ...(token && { token: '***' }),
      ...(headers && { headers: Object.fromEntries(Object.keys(headers).map((key) => [key, '***'])) }),
    })),
  };
}
