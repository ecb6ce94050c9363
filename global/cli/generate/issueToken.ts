import { type Command, InvalidArgumentError } from 'commander';
import { issueToken } from '../../../http/token/issueToken.ts';
import { issuerOf } from '../../../http/token/tokenIssuer.ts';
import { goDurationMs } from '../../../shared/resource/goDuration.ts';
import type { TokenIssuer } from '../../../shared/rest/ports.ts';
import { CliError } from '../cliError.ts';
import { type Format, formatOption, render } from '../output.ts';
import { readSigningKey } from './signingKeyFile.ts';
import { type CliDeps, type ConnectionFlags, connectionOf, verb } from '../verb.ts';

export interface TokenFlags extends ConnectionFlags {
  readonly output: Format;
  readonly validFor: string;
  readonly signingKeyPath?: string;
  readonly kid?: number;
}

/** A verb that issues tokens: `--valid-for`, and what a token is signed with here, as kumactl's; `-o` beyond that. */
export function tokenVerb(name: string, deps: CliDeps): Command {
  return verb(name, deps)
    .addOption(formatOption())
    .requiredOption('--valid-for <duration>', 'how long it holds, as 24h or 30m')
    .option('--signing-key-path <file>', 'sign it here with this key, PEM or base64, and ask no control plane')
    .option('--kid <serial>', "with --signing-key-path: number that the name of the key's Secret ends with", serial);
}

/** Becomes the `kid` of the token, by which verifiers look for the key: "001" would be looked for as 1, in vain. */
function serial(text: string): number {
  if (!/^(0|[1-9]\d*)$/.test(text))
    throw new InvalidArgumentError('It has to be a number as 1, without zeros before it.');
  return Number(text);
}

/**
 * Prints the token: signed by the control plane, or here; bare, unless `-o` asks for more.
 * @param local how the issuer here is asked for the same
 * @throws CliError
 */
export async function issue(
  kind: 'dataplane' | 'zone' | 'user',
  request: object,
  local: (issuer: TokenIssuer, validForMs: number) => Promise<string>,
  flags: TokenFlags,
  deps: CliDeps,
): Promise<void> {
  const { validFor, signingKeyPath, kid, output } = flags;
  const show = (token: string) => deps.out(`${output === 'table' ? token : render({ token }, output)}\n`);
  if ((signingKeyPath === undefined) !== (kid === undefined))
    throw new CliError('--signing-key-path and --kid go together: the key, and the number that verifiers find it by');
  if (signingKeyPath === undefined || kid === undefined) {
    const { body } = await connectionOf(flags, deps).send('POST', `/tokens/${kind}`, {
      body: { ...request, validFor },
    });
    return show(String(body));
  }
  const lifetime = goDurationMs(validFor);
  if (lifetime === undefined || lifetime <= 0)
    throw new CliError(`--valid-for ${validFor}: it has to be a duration, as 24h`);
  const privateKeyPem = await readSigningKey(signingKeyPath);
  const signed = issuerOf((claims, _, validForMs = lifetime) =>
    issueToken(claims, { privateKeyPem, serial: kid, validForMs, now: new Date(deps.now()) }),
  );
  show(await local(signed, lifetime));
}
