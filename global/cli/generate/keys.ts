import { Command, Option } from 'commander';
import { makeSigningKey, publicHalf } from '../../../http/token/signingKey.ts';
import { readSigningKey } from './signingKeyFile.ts';
import type { CliDeps } from '../verb.ts';

/** `meridian generate signing-key`: a key for a GlobalSecret or Secret whose tokens are to be signed with it; asks no control plane. */
export function generateSigningKey(deps: CliDeps): Command {
  return new Command('signing-key')
    .description('a key that signs tokens, for a Secret of your own')
    .addOption(
      new Option('--format <format>', 'form of the key; the data of a Secret is pem-base64')
        .choices(['pem-base64', 'pem'])
        .default('pem-base64'),
    )
    .action(async ({ format }: { format: string }) => {
      const pem = await makeSigningKey();
      deps.out(format === 'pem' ? pem : `${Buffer.from(pem).toString('base64')}\n`);
    });
}

/** `meridian generate public-key`: what who only verifies tokens needs of a signing key. */
export function generatePublicKey(deps: CliDeps): Command {
  return new Command('public-key')
    .description('the public half of a signing key, PEM')
    .requiredOption('--signing-key-path <file>', 'signing key, PEM, as it is or in base64')
    .action(async ({ signingKeyPath: path }: { signingKeyPath: string }) => {
      deps.out(publicHalf(await readSigningKey(path)));
    });
}
