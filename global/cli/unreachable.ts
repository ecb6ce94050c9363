import { CliError } from './cliError.ts';

/** Why a server's certificate is not believed, by Node's codes. */
const DISTRUST = /CERT|SIGNATURE|ERR_TLS|ISSUER/;

/** A request that was not answered, in words of what can be done about it. @param cause what the request failed with */
export function unreachable(address: string, cause: unknown): CliError {
  const { code = '', message } = cause as NodeJS.ErrnoException;
  if (DISTRUST.test(code))
    return new CliError(
      `${address} shows a certificate that is not trusted here: ${message || code}. \`meridian config control-planes add --ca-cert-file\` says which CA to trust.`,
    );
  const why = code === 'ECONNREFUSED' ? 'nothing listens there' : message || code;
  return new CliError(
    `cannot reach ${address}: ${why}. Is the control plane running? --address or MERIDIAN_ADDRESS says where it is.`,
  );
}
