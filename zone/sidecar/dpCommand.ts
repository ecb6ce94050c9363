import { Command, InvalidArgumentError, Option } from 'commander';
import { DP_FLAGS } from './dpFlags.ts';
import type { DpOptions } from './dpOptions.ts';
import { runDp } from './runDp.ts';

/**
 * `meridian dp`: the launcher of sidecars and zone proxies.
 * @param version of the program, told in the bootstrap request
 * @param env where absent flags are looked for
 */
export function dpCommand(version: string, env: Env): Command {
  const command = new Command('dp').description('run a sidecar or zone proxy: bootstrap, then Envoy');
  for (const { flags, text, env: names = [], fallback, parse } of DP_FLAGS) {
    const note = names[0] ? `${text} (env ${names[0]})` : text;
    const option = new Option(flags, note);
    if (parse) option.argParser(parse as (value: string, before: unknown) => unknown);
    const name = names.find((one) => env[one] !== undefined && env[one] !== '');
    const value = name === undefined ? fallback : fromEnvironment(String(env[name]), name, parse as never, flags);
    if (value !== undefined) option.default(value);
    command.addOption(option);
  }
  return command.action((flags: Flags) => withSignals((deps) => runDp(optionsOf(flags, version, env), deps)));
}

type Env = Readonly<Record<string, string | undefined>>;

interface Flags
  extends Omit<
    DpOptions,
    'drainTimeMs' | 'dataplaneVars' | 'token' | 'tokenFile' | 'logLevel' | 'readinessHost' | 'version'
  > {
  readonly drainTime: number;
  readonly dataplaneVar: readonly string[];
  readonly dataplaneToken?: string;
  readonly dataplaneTokenFile?: string;
  readonly envoyLogLevel: string;
}

function optionsOf(
  { drainTime, dataplaneVar, dataplaneToken, dataplaneTokenFile, envoyLogLevel, ...rest }: Flags,
  version: string,
  env: Env,
): DpOptions {
  return {
    ...rest,
    drainTimeMs: drainTime,
    dataplaneVars: dataplaneVar,
    logLevel: envoyLogLevel,
    // In a pod the kubelet asks from outside of it.
    readinessHost: env.POD_NAME ? '0.0.0.0' : '127.0.0.1',
    version,
    ...(dataplaneToken ? { token: dataplaneToken } : {}),
    ...(dataplaneTokenFile ? { tokenFile: dataplaneTokenFile } : {}),
  };
}

/** The first SIGTERM or SIGINT drains and stops, the second ends the waiting, the third ends the process. */
async function withSignals(run: (deps: Parameters<typeof runDp>[1]) => Promise<void>): Promise<void> {
  const first = new AbortController();
  const second = new AbortController();
  const onSignal = () => {
    if (second.signal.aborted) process.exit(1);
    if (first.signal.aborted) second.abort();
    first.abort();
  };
  const names = ['SIGTERM', 'SIGINT'] as const;
  for (const name of names) process.on(name, onSignal);
  try {
    await run({
      signal: first.signal,
      hurry: second.signal,
      log: (msg, fields) =>
        process.stdout.write(`${JSON.stringify({ level: 30, time: Date.now(), msg, ...fields })}\n`),
    });
  } finally {
    for (const name of names) process.off(name, onSignal);
  }
}

function fromEnvironment(
  value: string,
  name: string,
  parse: ((value: string, before: unknown) => unknown) | undefined,
  flags: string,
): unknown {
  if (!flags.includes('<')) return value === 'true' || value === '1';
  try {
    return parse ? parse(value, undefined) : value;
  } catch (cause) {
    throw new InvalidArgumentError(`${name}: ${(cause as Error).message}`);
  }
}
