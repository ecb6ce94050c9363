/** Something that keeps the demo from starting and that the user can do something about. */
export class StartError extends Error {
  override name = 'StartError';
}
