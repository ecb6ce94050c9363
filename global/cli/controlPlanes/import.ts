import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { parse } from 'yaml';
import { z } from 'zod';
import { CliError } from '../cliError.ts';
import type { CliDeps } from '../verb.ts';
import { type KnownControlPlane, readControlPlanes, writeControlPlanes } from './file.ts';

const optional = z
  .string()
  .nullish()
  .transform((text) => text || undefined);

/** The file that kumactl keeps its control planes in, `~/.kumactl/config`: YAML of Kuma's `config/app/kumactl/v1alpha1`. */
const kumactlConfig = z.looseObject({
  controlPlanes: z.array(
    z.looseObject({
      name: z.string().min(1),
      coordinates: z.looseObject({
        apiServer: z.looseObject({
          url: z.url({ protocol: /^https?$/ }),
          caCertFile: optional,
          clientCertFile: optional,
          clientKeyFile: optional,
          skipVerify: z.boolean().nullish(),
          headers: z.array(z.looseObject({ key: z.string(), value: z.string().default('') })).nullish(),
          authType: optional,
          authConf: z.record(z.string(), z.string()).nullish(),
        }),
      }),
    }),
  ),
  contexts: z.array(z.looseObject({ name: z.string(), controlPlane: z.string() })).nullish(),
  currentContext: optional,
});

type KumactlConfig = z.infer<typeof kumactlConfig>;

/** `meridian config control-planes import`: takes over those that kumactl knows; its file stays as it is. */
export function importCommand(deps: CliDeps): Command {
  return new Command('import')
    .description('remember the control planes that kumactl knows, and talk to its current one')
    .argument('[file]', "kumactl's configuration; else ~/.kumactl/config")
    .option('--overwrite', 'when there are some of those names')
    .action((file: string | undefined, { overwrite }: { readonly overwrite?: boolean }) => {
      const config = read(file ?? join(deps.env.HOME ?? '', '.kumactl', 'config'));
      const taken = config.controlPlanes.map(controlPlaneOf);
      const names = taken.map(({ name }) => name);
      const { current, controlPlanes } = readControlPlanes(deps.env);
      const both = controlPlanes.filter(({ name }) => names.includes(name)).map(({ name }) => name);
      if (both.length > 0 && !overwrite)
        throw new CliError(`there is a control plane "${both[0]}" already; --overwrite takes its place`);
      const now = currentOf(config) ?? current;
      writeControlPlanes(deps.env, {
        ...(now !== undefined && { current: now }),
        controlPlanes: [...controlPlanes.filter(({ name }) => !both.includes(name)), ...taken],
      });
      deps.out(`imported ${names.join(', ') || 'nothing'}${now === undefined ? '' : `; talking to "${now}"`}\n`);
    });
}

/** @throws CliError */
function read(file: string): KumactlConfig {
  try {
    return kumactlConfig.parse(parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : (cause as Error).message;
    throw new CliError(`${file}: ${missing ? 'there is no such file' : why}`);
  }
}

/** A context is a control plane under another name; kumactl makes one for each. */
function currentOf({ contexts, currentContext, controlPlanes }: KumactlConfig): string | undefined {
  const wanted = contexts?.find(({ name }) => name === currentContext)?.controlPlane;
  return controlPlanes.find(({ name }) => name === wanted)?.name;
}

/** @throws CliError for a way to prove who is asking that only kumactl knows */
function controlPlaneOf({
  name,
  coordinates: { apiServer },
}: KumactlConfig['controlPlanes'][number]): KnownControlPlane {
  const { url, caCertFile, clientCertFile, clientKeyFile, skipVerify, headers, authType, authConf } = apiServer;
  if (authType !== undefined && authType !== 'tokens')
    throw new CliError(`control plane "${name}": authType ${authType} is not known here, only tokens is`);
  const token = authType && authConf?.token;
  return {
    name,
    address: url,
    ...(token && { token }),
    ...(headers?.length && { headers: Object.fromEntries(headers.map(({ key, value }) => [key, value])) }),
    ...(caCertFile && { caCertFile }),
    ...(clientCertFile && { clientCertFile }),
    ...(clientKeyFile && { clientKeyFile }),
    ...(skipVerify && { skipVerify }),
  };
}
