import { Command } from 'commander';
import { z } from 'zod';
import { CliError } from '../cliError.ts';
import { connect } from '../connection.ts';
import { didYouMean } from '../editDistance.ts';
import { type Format, formatOption, render } from '../output.ts';
import { table } from '../table.ts';
import type { CliDeps } from '../verb.ts';
import { type KnownControlPlane, type KnownControlPlanes, readControlPlanes, writeControlPlanes } from './file.ts';

const CHECK_MS = 10_000;

const index = z.looseObject({ product: z.literal('Kuma') });

interface AddFlags {
  readonly name: string;
  readonly address: string;
  readonly token?: string;
  readonly overwrite?: boolean;
  readonly skipCheck?: boolean;
}

/** `meridian config control-planes add|list|switch|remove` and `config view`: which control plane the verbs talk to, as kumactl's. */
export function configCommand(deps: CliDeps): Command {
  const controlPlanes = new Command('control-planes')
    .description('those that the verbs talk to')
    .addCommand(add(deps))
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
    .description('what is remembered, without tokens')
    .action(() => deps.out(`${render(shown(readControlPlanes(deps.env)), 'yaml')}\n`));
  return new Command('config')
    .description('which control plane the verbs talk to')
    .addCommand(controlPlanes)
    .addCommand(view);
}

function add(deps: CliDeps): Command {
  return new Command('add')
    .description('remember a control plane, and talk to it from now on')
    .requiredOption('--name <name>', 'what to call it')
    .requiredOption('--address <url>', 'its REST API')
    .option('--token <jwt>', 'user token, kept in the file')
    .option('--overwrite', 'when there is one of that name')
    .option('--skip-check', 'do not ask whether it answers')
    .action(async ({ name, address, token, overwrite, skipCheck }: AddFlags) => {
      const { controlPlanes } = readControlPlanes(deps.env);
      const others = controlPlanes.filter((one) => one.name !== name);
      if (others.length < controlPlanes.length && !overwrite)
        throw new CliError(`there is a control plane "${name}" already; --overwrite takes its place`);
      if (!URL.canParse(address)) throw new CliError(`--address: "${address}" is no URL, as http://localhost:5681`);
      if (!skipCheck) await check(address, deps);
      writeControlPlanes(deps.env, {
        current: name,
        controlPlanes: [...others, { name, address, ...(token && { token }) }],
      });
      deps.out(`added control plane "${name}" and switched to it\n`);
    });
}

/** Without the token: it may not be the server that is meant. */
async function check(address: string, { signal }: CliDeps): Promise<void> {
  const answer = await connect({ address, timeout: CHECK_MS, signal }).get('/');
  if (!index.safeParse(answer).success)
    throw new CliError(`${address} answers, but not as a control plane does; --skip-check adds it all the same`);
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
    controlPlanes: controlPlanes.map(({ token, ...one }) => ({ ...one, ...(token && { token: '***' }) })),
  };
}

/** @throws CliError */
function named({ controlPlanes }: KnownControlPlanes, name: string): KnownControlPlane {
  const found = controlPlanes.find((one) => one.name === name);
  if (found) return found;
  const near = didYouMean(
    name,
    controlPlanes.map((one) => one.name),
  );
  const hint =
    near.length > 0 ? `Did you mean ${near.join(' or ')}?` : '`meridian config control-planes list` shows them.';
  throw new CliError(`there is no control plane "${name}". ${hint}`);
}
