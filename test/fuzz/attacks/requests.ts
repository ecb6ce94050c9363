import fc from 'fast-check';
import type { Attack } from '../attack.ts';
import { findings } from '../check.ts';
import { collections } from '../collections.ts';
import { exchange } from '../exchange.ts';
import { HOSTILE_TEXTS } from '../hostile.ts';
import { verdict } from '../verdict.ts';

const QUERIES = [
  'size',
  'offset',
  'name',
  'tag',
  'gateway',
  'format',
  'namespace',
  'filter[labels.a]',
  'filter[',
  'after',
  'before',
  'limit',
  'order',
  'follow',
  'type',
  'mesh',
  'at',
  'include',
  'change',
  'event',
  '__proto__',
];
const SUFFIXES = [
  '',
  '/_overview',
  '/_policies',
  '/_rules',
  '/_layout',
  '/_inbounds',
  '/_outbounds',
  '/_config',
  '/xds',
  '/stats',
  '/clusters',
  '/_resources/dataplanes',
  '/_hostnames',
  '/policies',
  '/rules',
];
const OTHERS = [
  '/',
  '/config',
  '/log',
  '/rollouts',
  '/sync',
  '/policies',
  '/_resources',
  '/global-insight',
  '/meshes',
  '/mesh-insights',
  '/_kri',
  '/tokens/dataplane',
  '/tokens/user',
  '/tokens/zone',
  '/gui',
  '/metrics',
  '/who-am-i',
  '/versions',
];
const METHODS = ['GET', 'GET', 'GET', 'HEAD', 'PUT', 'POST', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND'];
const TYPES = [
  'application/json',
  'application/json; charset=utf-16',
  'text/plain',
  'application/yaml',
  'multipart/form-data; boundary=x',
  'application/x-www-form-urlencoded',
  '',
];
const BODIES = [
  '',
  'null',
  '[]',
  '{}',
  '{"mesh":1}',
  '{"name":{},"mesh":[],"tags":{"a":1}}',
  '{"mesh":"default","validFor":"-1h"}',
  '{"name":"x","groups":{},"validFor":"9999999999h"}',
  'a: &a [*a,*a]',
  '<x/>',
  '\ufeff{}',
];

const text = fc.oneof(
  fc.constantFrom(...HOSTILE_TEXTS),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom('default', 'zone-1', '0', '-1', 'true'),
);
const encodedText = text.map((value) => encodeURIComponent(value.toWellFormed()).slice(0, 9_000));
/** Characters that a request line cannot have are left out here; the attack on HTTP itself sends them. */
const rawText = text.map((value) => value.replace(/[^\x21-\x7e]/g, '').slice(0, 2_000));

/** Every route with odd names, queries, methods, media types and headers. */
export const requests: Attack = {
  name: 'odd paths, queries, methods and headers',
  run: async (target, dose) => {
    const paths = [...(await collections(target)).values()];
    const part = fc.oneof(encodedText, rawText);
    const path = fc.oneof(
      fc
        .tuple(fc.constantFrom(...paths), part, part, fc.constantFrom(...SUFFIXES), fc.boolean())
        .map(
          ([{ path: collection, inMesh }, mesh, name, suffix, list]) =>
            `${inMesh ? `/meshes/${mesh}` : ''}/${collection}${list ? '' : `/${name}`}${suffix}`,
        ),
      fc.tuple(fc.constantFrom(...OTHERS), part).map(([one, name]) => `${one}/${name}`),
      fc.constantFrom(...OTHERS),
    );
    const query = fc.array(fc.tuple(fc.constantFrom(...QUERIES).map(encodeURIComponent), encodedText), {
      maxLength: 3,
    });
    const request = fc.record({
      side: fc.constantFrom('global' as const, 'zone' as const),
      method: fc.constantFrom(...METHODS),
      path,
      query,
      type: fc.constantFrom(...TYPES),
      accept: fc.constantFrom('*/*', 'application/json', 'text/html', 'x', '*/*;q=0', ',,,;;='),
      authorization: fc.constantFrom('', 'Bearer x', 'Bearer a.b.c', `Bearer ${'e'.repeat(5_000)}`, 'Basic Og=='),
      body: fc.constantFrom(...BODIES),
    });
    const property = fc.asyncProperty(
      request,
      async ({ side, method, path: asked, query: parameters, body, ...head }) => {
        // Following the log has no end.
        const kept = parameters.filter(([name]) => name !== 'follow');
        const url = `${asked}?${kept.map((pair) => pair.join('=')).join('&')}`;
        const before = await target.position();
        const headers = {
          'content-type': head.type,
          accept: head.accept,
          ...(head.authorization && { authorization: head.authorization }),
        };
        const answer = await exchange(
          target[side],
          method,
          url,
          headers,
          method === 'GET' || method === 'HEAD' ? undefined : Buffer.from(body),
        );
        const complaint = method === 'HEAD' && answer.status < 500 ? undefined : verdict(answer);
        if (complaint) throw new Error(`${method} ${url.slice(0, 300)} on ${side} ${complaint}`);
        if (answer.status >= 400 && (await target.position()) !== before)
          throw new Error('refused, and yet the log moved');
      },
    );
    return findings(property, dose);
  },
};
