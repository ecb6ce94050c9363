import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { headers } from '@nats-io/transport-node';
import { type Ask, ASK_ERROR, askSchema, askSubject } from '../../shared/event/ask.ts';
import type { EnvoyAdmin, Stored } from '../../shared/rest/ports.ts';
import type { View } from '../../shared/view/view.ts';
import type { LeafConnection } from '../leaf/leafConnection.ts';

type Deps = {
  readonly leaf: Pick<LeafConnection, 'nats'>;
  readonly zone: string;
  readonly instance: string;
  readonly view: View;
  readonly envoyAdmin: EnvoyAdmin;
  readonly onError: (error: Error) => void;
};

/** Answers what global asks about proxies that are connected to this instance. Returns the function that ends it. */
export function answerAsks({ leaf, zone, instance, view, envoyAdmin, onError }: Deps): () => void {
  const subscription = leaf.nats.subscribe(askSubject(zone, instance));
  const answer = async (question: () => unknown): Promise<Uint8Array> => {
    const { data: ask } = askSchema.safeParse(question());
    if (!ask) throw new Error('the question is not understood');
    const proxy = view.get(ask.proxy, zone);
    if (!proxy) throw new Error(`zone "${zone}" knows no ${ask.proxy.type} "${ask.proxy.name}"`);
    const zipped = await promisify(gzip)(await askEnvoy(envoyAdmin, { ...proxy, origin: zone }, ask));
    const limit = leaf.nats.info?.max_payload ?? Number.POSITIVE_INFINITY;
    if (zipped.length > limit)
      throw new Error(
        `the answer has ${zipped.length} bytes, more than a message may have; ask the zone's own REST API`,
      );
    return zipped;
  };
  const serve = async () => {
    for await (const message of subscription) {
      // Side by side: one slow Envoy holds up nobody else.
      answer(() => message.json())
        .then((zipped) => message.respond(zipped))
        .catch((error: Error) => {
          const refusal = headers();
          // A header has one line.
          refusal.set(ASK_ERROR, error.message.replaceAll(/\s+/g, ' '));
          message.respond('', { headers: refusal });
        });
    }
  };
  serve().catch(onError);
  return () => subscription.unsubscribe();
}

function askEnvoy(admin: EnvoyAdmin, proxy: Stored, { what, includeEds, json, usedOnly }: Ask): Promise<string> {
  switch (what) {
    case 'xds':
      return admin.xds(proxy, { includeEds });
    case 'stats':
      return admin.stats(proxy, { json, usedOnly });
    case 'clusters':
      return admin.clusters(proxy, { json });
  }
}
