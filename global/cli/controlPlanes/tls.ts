import { readFileSync } from 'node:fs';
import { CliError } from '../cliError.ts';
import type { Tls } from '../transport.ts';
import type { KnownControlPlane } from './file.ts';

const FLAGS = {
  caCertFile: '--ca-cert-file',
  clientCertFile: '--client-cert-file',
  clientKeyFile: '--client-key-file',
} as const;

/** Certificates are kept where they are; only the way to them is remembered. @throws CliError for a file that cannot be read */
export function tlsOf(known: KnownControlPlane): Tls {
  const read = (field: keyof typeof FLAGS) => {
    const file = known[field];
    try {
      return file === undefined ? undefined : readFileSync(file, 'utf8');
    } catch (cause) {
      const why =
        (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (cause as Error).message;
      throw new CliError(`${FLAGS[field]} of control plane "${known.name}": ${file}: ${why}`);
    }
  };
  return {
    ca: read('caCertFile'),
    cert: read('clientCertFile'),
    key: read('clientKeyFile'),
    verify: known.skipVerify !== true,
  };
}
