import { Command, Option } from 'commander';
import { completed } from './completion/completer.ts';
import { meshes } from './completion/places.ts';
import { currentOf, type KnownControlPlane, readControlPlanes } from './controlPlanes/file.ts';
import { named } from './controlPlanes/named.ts';
import { tlsOf } from './controlPlanes/tls.ts';
import { connect, type Connection } from './connection.ts';
import { interval } from './numberOf.ts';
import type { Terminal } from './terminal.ts';

/** What the verbs need of the world; tests give their own. */
export interface CliDeps {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: () => Promise<string>;
  /** Absent in a pipe. */
  readonly terminal?: Terminal;
  /** Ends what follows or waits (Ctrl-C). */
  readonly signal?: AbortSignal;
}

export interface ConnectionFlags {
  readonly address: string;
  readonly context?: string;
  readonly token?: string;
  readonly timeout: number;
}

const DEFAULT_ADDRESS = 'http://localhost:5681';

/** Where the control plane is when no flag says so. */
export function defaultAddress({ env }: Pick<CliDeps, 'env'>): string {
  return env.MERIDIAN_ADDRESS || currentOf(readControlPlanes(env))?.address || DEFAULT_ADDRESS;
}

/** A verb that talks to a control plane: `--address` or `--context`, `--token` and `--timeout` on it. */
export function verb(name: string, deps: CliDeps): Command {
  return new Command(name)
    .addOption(
      new Option('--address <url>', 'REST API of the control plane (MERIDIAN_ADDRESS)').default(defaultAddress(deps)),
    )
    .addOption(
      completed(
        new Option('--context <name>', 'the one that `config control-planes` has by that name').conflicts('address'),
        async () => readControlPlanes(deps.env).controlPlanes.map((one) => one.name),
      ),
    )
    .addOption(
      new Option('--token <jwt>', 'user token (MERIDIAN_TOKEN); not needed on the host of the control plane').default(
        deps.env.MERIDIAN_TOKEN,
        'none',
      ),
    )
    .addOption(new Option('--timeout <seconds>', 'wait so long for an answer').default(60).argParser(interval));
}

export function meshOption(): Option {
  return completed(new Option('-m, --mesh <name>', 'mesh').default('default'), meshes);
}

export function connectionOf(flags: ConnectionFlags, deps: CliDeps): Connection {
  const { context, timeout } = flags;
  const known = context === undefined ? remembered(flags.address, deps) : named(readControlPlanes(deps.env), context);
  return connect({
    address: context === undefined || !known ? flags.address : known.address,
    token: flags.token ?? known?.token,
    headers: known?.headers,
    tls: known && tlsOf(known),
    timeout: timeout * 1000,
    signal: deps.signal,
  });
}

/** What is remembered of a control plane, tokens above all, goes nowhere but to its address. */
function remembered(address: string, { env }: Pick<CliDeps, 'env'>): KnownControlPlane | undefined {
  const known = readControlPlanes(env);
  return [currentOf(known), ...known.controlPlanes].find((one) => one?.address === address);
}
