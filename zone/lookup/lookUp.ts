import { lookup } from 'node:dns/promises';

/**
 * Looks a domain name up as the machine does, its hosts file included. Of several addresses the first as text, as in Kuma: so all
 * control planes of a zone choose the same one. @throws Error when there is none, or nobody answers
 */
export async function lookUp(name: string): Promise<string> {
  const [first] = (await lookup(name, { all: true })).map(({ address }) => address).sort();
  if (first === undefined) throw new Error(`${name} has no address`);
  return first;
}
