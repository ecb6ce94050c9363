import { CliError } from './cliError.ts';
import { ApiError } from './connection.ts';

/** What a 404 means where only a global control plane has an answer: a zone knows of itself only. @throws the cause itself when it is no 404 */
export function notGlobal(cause: unknown): never {
  if (cause instanceof ApiError && cause.status === 404)
    throw new CliError(
      'this is not a global control plane: ask that one with --address, as only it knows how the zones are. `GET /sync` of a zone tells of itself.',
    );
  throw cause;
}
