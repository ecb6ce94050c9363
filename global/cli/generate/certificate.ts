import { writeFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import { type KeyType, selfSigned } from '../../certificate/selfSigned.ts';
import { CliError } from '../cliError.ts';
import type { CliDeps } from '../verb.ts';

interface Flags {
  readonly type: 'server' | 'client';
  readonly hostname: string[];
  readonly keyType: KeyType;
  readonly keyFile: string;
  readonly certFile: string;
}

/** `meridian generate tls-certificate`: a certificate and its key, for `api.https.*` or for a client; asks no control plane. */
export function generateCertificate(deps: CliDeps): Command {
  return new Command('tls-certificate')
    .description('a certificate that vouches for itself, and its key')
    .addOption(new Option('--type <type>', 'whom it is for').choices(['server', 'client']).makeOptionMandatory())
    .option('--hostname <host,host>', 'names and addresses of the server', (text: string) => text.split(','), [])
    .addOption(new Option('--key-type <type>', 'kind of key').choices(['rsa', 'ecdsa']).default('rsa'))
    .option('--key-file <file>', 'where the key goes; - for the standard output', 'key.pem')
    .option('--cert-file <file>', 'where the certificate goes; - for the standard output', 'cert.pem')
    .action(async ({ type, hostname, keyType, keyFile, certFile }: Flags) => {
      if (type === 'server' && hostname.length === 0)
        throw new CliError(
          '--hostname has to name what clients of the server dial, as in --hostname meridian.example,10.0.0.1',
        );
      const made = await selfSigned(type, hostname, keyType, new Date(deps.now()));
      await write(keyFile, made.privateKeyPem, 0o400, deps);
      await write(certFile, made.certificatePem, 0o644, deps);
      if (keyFile !== '-') deps.err(`private key: ${keyFile}\n`);
      if (certFile !== '-') deps.err(`certificate: ${certFile}\n`);
    });
}

/** Never over a file that is there: it may be the only copy of a key. */
async function write(file: string, text: string, mode: number, deps: CliDeps): Promise<void> {
  if (file === '-') return deps.out(text.endsWith('\n') ? text : `${text}\n`);
  await writeFile(file, text.endsWith('\n') ? text : `${text}\n`, { mode, flag: 'wx' }).catch(
    (cause: NodeJS.ErrnoException) => {
      throw new CliError(
        `${file}: ${cause.code === 'EEXIST' ? 'it is there already; remove it, or name another' : cause.message}`,
      );
    },
  );
}
