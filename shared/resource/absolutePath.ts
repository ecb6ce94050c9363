/** It begins with `/` and holds nothing that a request line could not. */
export function isAbsolutePath(text: string): boolean {
  return /^\/[\x21-\x7e]*$/.test(text);
}
