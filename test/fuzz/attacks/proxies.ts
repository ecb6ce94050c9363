import { create, toBinary, type JsonObject } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { DeltaDiscoveryRequestSchema } from '../../../shared/xds/gen/envoy/service/discovery/v3/discovery_pb.js';
import { XDS_KINDS, TYPE_URL } from '../../../shared/xds/snapshot.ts';
import type { Attack } from '../attack.ts';
import { findings } from '../check.ts';
import { corpus } from '../corpus.ts';
import { HOSTILE_TEXTS, mutated } from '../hostile.ts';
import { ending, frame, open, session } from '../rawGrpc.ts';

const NETWORKING = { address: '10.7.7.7', gateway: { tags: { 'kuma.io/service': 'fuzzed' } } };

const KEYS = [
  'dataplane.resource',
  'dataplane.proxyType',
  'dataplane.admin.port',
  'dataplane.dns.port',
  'features',
  'workdir',
  'transparentProxy',
  'version',
  'meridian.loopbackPrefix',
  '__proto__',
];
const scalar = fc.oneof(
  fc.constantFrom(...HOSTILE_TEXTS),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(true, null, [], {}, [null], { redirect: null }, { redirect: { inbound: 7 } }),
);
/** Protobuf strings are UTF-8: a lone half of a surrogate pair cannot be sent. */
const wellFormed = (value: string) => value.toWellFormed();

/** Proxies that say odd things of themselves: refused, or served what an odd proxy deserves. */
export const proxies: Attack = {
  name: 'odd proxies',
  run: async ({ ads }, dose) => {
    const types: readonly unknown[] = ['Dataplane', 'ZoneIngress', 'ZoneEgress'];
    const known = corpus().filter(({ type }) => types.includes(type));
    const named = fc.constantFrom(...HOSTILE_TEXTS).map((name) => ({
      text: JSON.stringify({ type: 'Dataplane', mesh: 'default', name, networking: NETWORKING }),
      mesh: 'default',
      name,
    }));
    const request = fc.record({
      /** Whether the proxy is the one that its resource says. */
      consistent: fc.boolean(),
      id: fc.oneof(
        fc.constantFrom('default.d', 'default.d', '.d', 'default.', 'none.d', 'm.d', ''),
        fc.constantFrom(...HOSTILE_TEXTS).map((text) => `default.${text}`),
      ),
      resource: fc.oneof(mutated(known), named),
      kind: fc.constantFrom('dataplane', 'dataplane', 'ingress', 'egress', 'none'),
      odd: fc.array(fc.tuple(fc.constantFrom(...KEYS), scalar), { maxLength: 2 }),
      typeUrl: fc.constantFrom(...XDS_KINDS.map((one) => TYPE_URL[one]), 'type.googleapis.com/none', ''),
      names: fc.array(fc.constantFrom(...HOSTILE_TEXTS), { maxLength: 4 }),
      nonce: fc.constantFrom('', '1', '../..', '9'.repeat(500)),
      error: fc.boolean(),
    });
    const property = fc.asyncProperty(
      request,
      async ({ consistent, id: other, resource, kind, odd, typeUrl, names, nonce, error }) => {
        const metadata = {
          'dataplane.resource': wellFormed(resource.text),
          'dataplane.proxyType': kind,
          ...(well(Object.fromEntries(odd)) as object),
        } as JsonObject;
        const id = consistent ? `${resource.mesh ?? ''}.${resource.name ?? ''}` : other;
        const message = create(DeltaDiscoveryRequestSchema, {
          node: { id: wellFormed(id), cluster: 'x', metadata },
          typeUrl,
          resourceNamesSubscribe: names.map(wellFormed),
          resourceNamesUnsubscribe: names.map(wellFormed),
          initialResourceVersions: Object.fromEntries(names.map((name) => [wellFormed(name), 'x'])),
          responseNonce: nonce,
          ...(error && { errorDetail: { code: 3, message: wellFormed(names.join(' ')) } }),
        });
        const client = await session(ads);
        try {
          const stream = open(client);
          // One that is admitted stays open: it is not waited for.
          const over = ending(stream, 150);
          stream.write(frame(toBinary(DeltaDiscoveryRequestSchema, message)));
          const { status, message: why } = await over;
          const INTERNAL = [2, 13];
          if (typeof status === 'number' && INTERNAL.includes(status))
            throw new Error(`ended with status ${status}: ${why}`);
          if (typeof status === 'number' && why === '') throw new Error(`refused with status ${status} and no reason`);
        } finally {
          client.destroy();
        }
      },
    );
    return findings(property, { ...dose, runs: Math.min(dose.runs, 400) });
  },
};

function well(value: unknown): unknown {
  if (typeof value === 'string') return wellFormed(value);
  if (Array.isArray(value)) return value.map(well);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, well(member)]));
}
