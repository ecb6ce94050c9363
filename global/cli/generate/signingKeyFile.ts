import { readFile } from 'node:fs/promises';
import { publicHalf } from '../../../http/token/signingKey.ts';
import { CliError } from '../cliError.ts';

/** A signing key as PEM, from a file that holds it as it is or in base64, as a Secret does. @throws CliError naming the flag */
export async function readSigningKey(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new CliError(
      `--signing-key-path ${path}: ${cause.code === 'ENOENT' ? 'there is no such file' : cause.message}`,
    );
  });
  const pem = text.includes('-----BEGIN') ? text : Buffer.from(text, 'base64').toString('utf8');
  try {
    publicHalf(pem);
  } catch {
    throw new CliError(
      `--signing-key-path ${path}: it holds no private key; \`meridian generate signing-key\` makes one`,
    );
  }
  return pem;
}
