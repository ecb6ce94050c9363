import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { createInbox, type Msg, RequestError, TimeoutError } from '@nats-io/transport-node';
import { ANSWER_PREFIX, type Ask, ASK_ERROR, askSubject } from '../shared/event/ask.ts';
import { encodeToken } from '../shared/event/subject.ts';
import { holderOf, type Insight } from '../shared/resource/insight.ts';
import { keyOf } from '../shared/resource/resource.ts';
import type { EnvoyAdmin, Stored } from '../shared/rest/ports.ts';
import type { View } from '../shared/view/view.ts';
import type { Connection } from './connect.ts';

/** Longer than a zone waits for an Envoy. */
const TIMEOUT_MS = 8_000;
/** Bytes of an answer: a zone cannot fill the memory of whoever asks it. */
const LARGEST = 128 * 1024 * 1024;

type Deps = {
  readonly connection: Pick<Connection, 'nats'>;
  /** Has the insights, which tell the instance that holds a proxy. */
  readonly view: View;
};

/** Why a zone could not be asked, for whoever asked. */
export class ProxyUnreachable extends Error {
  override name = 'ProxyUnreachable';
}

/**
 * Asks a proxy's Envoy through the zone control plane that the proxy is connected to.
 * @throws ProxyUnreachable when the proxy is not connected, the zone does not answer, or its answer is an error
 */
export function askEnvoyAdmin({ connection, view }: Deps): EnvoyAdmin {
  const ask = async (proxy: Stored, question: Pick<Ask, 'what'> & Partial<Ask>): Promise<string> => {
    const zone = proxy.origin;
    const instance = instanceOf(view, proxy);
    const body = JSON.stringify({ ...question, proxy: keyOf(proxy.resource) });
    const answer = await connection.nats
      .request(askSubject(zone, instance), body, {
        timeout: TIMEOUT_MS,
        // The leaf link lets answers through below this subject only.
        noMux: true,
        reply: createInbox(`${ANSWER_PREFIX}.${encodeToken(zone)}`),
      })
      .catch((error: Error) => {
        throw new ProxyUnreachable(silence(error, zone, instance));
      });
    return textOf(answer);
  };
  return {
    xds: (proxy, { includeEds }) => ask(proxy, { what: 'xds', includeEds }),
    stats: (proxy, options) => ask(proxy, { what: 'stats', ...options }),
    clusters: (proxy, options) => ask(proxy, { what: 'clusters', ...options }),
  };
}

function instanceOf(view: View, { resource, origin }: Stored): string {
  const { type, mesh, name } = resource;
  const insight = view.get({ type: `${type}Insight`, mesh, name }, origin)?.resource.spec as Insight | undefined;
  const instance = holderOf(insight);
  if (instance === undefined)
    throw new ProxyUnreachable(`the proxy "${name}" is not connected to a control plane of zone "${origin}"`);
  return instance;
}

function silence(error: Error, zone: string, instance: string): string {
  if (error instanceof RequestError && error.isNoResponders())
    return `the control plane "${instance}" of zone "${zone}" cannot be reached; ask its own REST API`;
  if (error instanceof TimeoutError)
    return `the control plane "${instance}" of zone "${zone}" did not answer within ${TIMEOUT_MS / 1000} s`;
  return `zone "${zone}" could not be asked: ${error.message}`;
}

async function textOf({ headers, data }: Msg): Promise<string> {
  const refused = headers?.get(ASK_ERROR);
  if (refused) throw new ProxyUnreachable(refused);
  const text = await promisify(gunzip)(data, { maxOutputLength: LARGEST }).catch((error: Error) => {
    throw new ProxyUnreachable(`the answer of the zone could not be read: ${error.message}`);
  });
  return text.toString('utf8');
}
