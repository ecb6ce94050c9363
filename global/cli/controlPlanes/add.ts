import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { z } from 'zod';
import { CliError } from '../cliError.ts';
import { connect } from '../connection.ts';
import { addKeyValues } from '../keyValues.ts';
import type { CliDeps } from '../verb.ts';
import { type KnownControlPlane, readControlPlanes, writeControlPlanes } from './file.ts';
import { tlsOf } from './tls.ts';

const CHECK_MS = 10_000;

const index = z.looseObject({ product: z.literal('Kuma') });

interface AddFlags {
  readonly name: string;
  readonly address: string;
  readonly token?: string;
  readonly authType?: string;
  readonly authConf: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly caCertFile?: string;
  readonly clientCertFile?: string;
  readonly clientKeyFile?: string;
  readonly skipVerify?: boolean;
  readonly overwrite?: boolean;
  readonly skipCheck?: boolean;
}

/** `meridian config control-planes add`: with kumactl's flags; `--token` is short for those of `--auth-type tokens`. */
export function addCommand(deps: CliDeps): Command {
  return new Command('add')
    .description('remember a control plane, and talk to it from now on')
    .requiredOption('--name <name>', 'what to call it')
    .requiredOption('--address <url>', 'its REST API')
    .option('--token <jwt>', 'user token, kept in the file')
    .addOption(new Option('--auth-type <type>', 'how to prove who is asking').choices(['tokens']))
    .option('--auth-conf <key=value>', 'with --auth-type tokens: token=JWT', addKeyValues, {})
    .option('--headers <key=value>', 'sent with every request; repeatable', addKeyValues, {})
    .option('--ca-cert-file <file>', 'CA of the certificate of the control plane, PEM')
    .option('--client-cert-file <file>', 'certificate that proves who is asking, PEM')
    .option('--client-key-file <file>', 'its key, PEM')
    .option('--skip-verify', 'take any certificate: whoever is in between reads and writes along')
    .option('--overwrite', 'when there is one of that name')
    .option('--skip-check', 'do not ask whether it answers')
    .action(async (flags: AddFlags) => {
      const { name, address, overwrite, skipCheck } = flags;
      const { controlPlanes } = readControlPlanes(deps.env);
      const others = controlPlanes.filter((one) => one.name !== name);
      if (others.length < controlPlanes.length && !overwrite)
        throw new CliError(`there is a control plane "${name}" already; --overwrite takes its place`);
      if (!/^https?:/.test(address) || !URL.canParse(address))
        throw new CliError(`--address: "${address}" is no URL, as http://localhost:5681`);
      const added = controlPlaneOf(flags);
      if (!skipCheck) await check(added, deps);
      writeControlPlanes(deps.env, { current: name, controlPlanes: [...others, added] });
      deps.out(`added control plane "${name}" and switched to it\n`);
    });
}

/** @throws CliError */
function controlPlaneOf({ name, address, headers, ...flags }: AddFlags): KnownControlPlane {
  const { caCertFile, clientCertFile, clientKeyFile, skipVerify } = flags;
  if ((clientCertFile === undefined) !== (clientKeyFile === undefined))
    throw new CliError('--client-cert-file and --client-key-file go together');
  if (skipVerify && caCertFile) throw new CliError('--skip-verify trusts any certificate: leave --ca-cert-file out');
  const token = tokenOf(flags);
  return {
    name,
    address,
    ...(token && { token }),
    ...(Object.keys(headers).length > 0 && { headers }),
    ...(caCertFile && { caCertFile: resolve(caCertFile) }),
    ...(clientCertFile && { clientCertFile: resolve(clientCertFile) }),
    ...(clientKeyFile && { clientKeyFile: resolve(clientKeyFile) }),
    ...(skipVerify && { skipVerify }),
  };
}

/** @throws CliError */
function tokenOf({ token, authType, authConf }: Pick<AddFlags, 'token' | 'authType' | 'authConf'>): string | undefined {
  if (authType === undefined && Object.keys(authConf).length > 0)
    throw new CliError('--auth-conf says how --auth-type works; give --auth-type tokens, too');
  if (authType !== undefined && !authConf.token)
    throw new CliError('--auth-type tokens takes the token from --auth-conf token=JWT');
  if (token && authConf.token) throw new CliError('--token and --auth-conf token=… are the same: give one');
  return token ?? authConf.token;
}

/** Without the token: it may not be the server that is meant. */
async function check(added: KnownControlPlane, { signal }: CliDeps): Promise<void> {
  const { address, headers } = added;
  const answer = await connect({ address, headers, tls: tlsOf(added), timeout: CHECK_MS, signal }).get('/');
  if (!index.safeParse(answer).success)
    throw new CliError(`${address} answers, but not as a control plane does; --skip-check adds it all the same`);
}
