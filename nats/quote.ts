/** Text as a string of a nats-server's configuration: it may hold a `$`, which would begin a variable. */
export function quote(text: string): string {
  return JSON.stringify(text);
}
