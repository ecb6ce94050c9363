import fc from 'fast-check';
import type { Attack } from '../attack.ts';
import { findings } from '../check.ts';
import { corpus } from '../corpus.ts';
import { mutated } from '../hostile.ts';
import { postBootstrap } from '../postBootstrap.ts';

const MiB = 1024 * 1024;

const PROXY_TYPES: ReadonlyMap<unknown, string> = new Map([
  ['Dataplane', 'dataplane'],
  ['ZoneIngress', 'ingress'],
  ['ZoneEgress', 'egress'],
]);

/** Requests as kuma-dp sends them, and what the corpus of mutations makes of them. */
const REQUESTS = corpus()
  .filter(({ type }) => PROXY_TYPES.has(type))
  .map((resource) => ({
    mesh: 'default',
    name: resource.name,
    proxyType: PROXY_TYPES.get(resource.type),
    dataplaneToken: 'a.b.c',
    dataplaneResource: JSON.stringify(resource),
    version: { kumaDp: { version: '1' }, envoy: { version: '1' } },
    dynamicMetadata: { a: 'b' },
    features: ['feature-tcp-accesslog-via-named-pipe'],
    workdir: 'somewhere',
    dnsPort: 15053,
  }));

/** `POST /bootstrap` of a zone: its errors are plain texts, as kuma-dp prints them. */
export const bootstrap: Attack = {
  name: 'odd bootstrap requests',
  run: async (target, dose) => {
    const property = fc.asyncProperty(
      mutated(REQUESTS),
      fc.constantFrom('', '/', '/..', '?a=%00'),
      fc.constantFrom('127.0.0.1', 'evil.example', '', '[::1', 'a'.repeat(300), '127.0.0.1:99999'),
      fc.double({ min: 0, max: 1.2, noNaN: true }),
      async ({ text }, suffix, host, part) => {
        const status = await postBootstrap(target.ads, host, Buffer.from(text.slice(0, part * text.length)), suffix);
        // 503: the mesh may yet come. It is a mesh that the body names.
        if (status >= 500 && status !== 503) throw new Error(`answered ${status}`);
      },
    );
    const tooLong = await postBootstrap(target.ads, '127.0.0.1', Buffer.alloc(3 * MiB, '['));
    const limit = tooLong === 413 || tooLong === 0 ? [] : [`3 MiB of brackets were answered ${tooLong}`];
    return [...limit, ...(await findings(property, dose))];
  },
};
