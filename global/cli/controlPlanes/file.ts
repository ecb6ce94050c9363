import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { replaceFile } from '../../../runtime/file/replaceFile.ts';
import { CliError } from '../cliError.ts';

const controlPlane = z.strictObject({
  name: z.string().min(1),
  /** REST API. What follows goes to that address only. */
  address: z.url({ protocol: /^https?$/ }),
  /** User token. */
  token: z.string().min(1).optional(),
  /** Sent with every request. */
  headers: z.record(z.string(), z.string()).optional(),
  /** PEM files: the CA of the server's certificate, and what the client proves itself with. */
  caCertFile: z.string().min(1).optional(),
  clientCertFile: z.string().min(1).optional(),
  clientKeyFile: z.string().min(1).optional(),
  /** Any certificate will do. */
  skipVerify: z.boolean().optional(),
});

const known = z.strictObject({
  /** Name of the one that is talked to. */
  current: z.string().optional(),
  controlPlanes: z.array(controlPlane).default([]),
});

/** The control planes that somebody works with. */
export type KnownControlPlanes = z.infer<typeof known>;

export type KnownControlPlane = z.infer<typeof controlPlane>;

type Env = Readonly<Record<string, string | undefined>>;

/** `MERIDIAN_CLI_CONFIG`, or `meridian/cli.yaml` where configuration of a user's own is (XDG Base Directory). */
export function fileOf({ MERIDIAN_CLI_CONFIG, XDG_CONFIG_HOME, HOME }: Env): string | undefined {
  const folder = XDG_CONFIG_HOME || (HOME && join(HOME, '.config'));
  return MERIDIAN_CLI_CONFIG || (folder && join(folder, 'meridian', 'cli.yaml'));
}

/** None are known without a file. @throws CliError for one that cannot be read */
export function readControlPlanes(env: Env): KnownControlPlanes {
  const file = fileOf(env);
  try {
    return known.parse(file === undefined ? {} : (parse(readFileSync(file, 'utf8')) ?? {}));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return known.parse({});
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : (cause as Error).message;
    throw new CliError(`${file}: ${why}\nCorrect it, or remove it and add the control planes anew.`);
  }
}

/** Readable by its owner only: there are tokens in it. @throws CliError where there is no place for it */
export function writeControlPlanes(env: Env, value: KnownControlPlanes): void {
  const file = fileOf(env);
  if (file === undefined)
    throw new CliError('set HOME or MERIDIAN_CLI_CONFIG: control planes are remembered in a file');
  replaceFile(file, stringify(value));
}

export function currentOf({ current, controlPlanes }: KnownControlPlanes): KnownControlPlane | undefined {
  return controlPlanes.find(({ name }) => name === current);
}
