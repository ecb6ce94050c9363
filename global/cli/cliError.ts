/** Something the operator can do something about: printed without a stack, exit status 1. */
export class CliError extends Error {
  override name = 'CliError';
}
