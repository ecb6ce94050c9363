/** What an SNI in tag form says: a service and the tags of the wanted subset, `mesh` among them. */
export interface TagSni {
  readonly service: string;
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * SNI in tag form (policies §5.8): `backend{mesh=default,version=1}`, keys sorted. Clients and zone ingresses make it with
 * this one function, since the ingress matches it as a whole.
 * @param tags of the subset, without `kuma.io/service` and `mesh`.
 */
export function tagSni(service: string, mesh: string, tags: Readonly<Record<string, string>> = {}): string {
  const all: Record<string, string> = { ...tags, mesh };
  const pairs = Object.keys(all)
    .sort()
    .map((key) => `${key}=${all[key]}`);
  return `${service}{${pairs.join(',')}}`;
}

/** @returns `undefined` when the text is no SNI in tag form. Without braces it is a service without tags. */
export function parseTagSni(sni: string): TagSni | undefined {
  const match = /^([^{}=,]+)(?:\{([^{}]*)\})?$/.exec(sni);
  if (!match) return undefined;
  const tags = new Map<string, string>();
  for (const pair of match[2] ? match[2].split(',') : []) {
    const at = pair.indexOf('=');
    if (at < 1) return undefined;
    tags.set(pair.slice(0, at), pair.slice(at + 1));
  }
  // fromEntries makes even `__proto__` a plain member
  return { service: match[1] as string, tags: Object.fromEntries(tags) };
}
