/** Why the sidecar cannot go on; the operator can do something about it. */
export class StartError extends Error {
  override name = 'StartError';
}
