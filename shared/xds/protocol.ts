import type { Protocol } from './parts.ts';

/** Each protocol with those below it, nearest first: what somebody who speaks it can also be treated as. */
const LAYERS: Readonly<Record<Protocol, readonly Protocol[]>> = {
  grpc: ['grpc', 'http2', 'tcp'],
  http2: ['http2', 'tcp'],
  http: ['http', 'tcp'],
  kafka: ['kafka', 'tcp'],
  tcp: ['tcp'],
};

/** What we do not know is treated as TCP. */
export function parseProtocol(text: string | undefined): Protocol {
  const lower = text?.toLowerCase();
  return lower && Object.hasOwn(LAYERS, lower) ? (lower as Protocol) : 'tcp';
}

/** The highest layer that all share: grpc and http2 give http2, http and http2 give tcp. Nothing gives tcp. */
export function commonProtocol(protocols: Iterable<Protocol>): Protocol {
  let common: readonly Protocol[] | undefined;
  for (const protocol of protocols)
    common = common ? common.filter((layer) => LAYERS[protocol].includes(layer)) : LAYERS[protocol];
  return common?.[0] ?? 'tcp';
}
