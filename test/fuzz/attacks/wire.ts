import type { Attack } from '../attack.ts';
import { rawExchange } from '../../support/rawExchange.ts';
import { verdict } from '../verdict.ts';

interface WireCase {
  readonly name: string;
  readonly bytes: string | Buffer;
  readonly half?: boolean;
  /** The statuses that are right; none: the connection must be closed without an answer, or stay silent. */
  readonly expected: readonly number[];
}

const HOST = 'Host: 127.0.0.1\r\n';
const PUT = `PUT /meshes/default/meshtimeouts/wire HTTP/1.1\r\n${HOST}Content-Type: application/json\r\n`;
const MiB = 1024 * 1024;

/** HTTP that is not, or only half. */
export const WIRE_CASES: readonly WireCase[] = [
  { name: 'no HTTP at all', bytes: '\x16\x03\x01\x02\x00\x01\x00\r\n\r\n', expected: [400] },
  { name: 'an unknown method', bytes: `BREW / HTTP/1.1\r\n${HOST}\r\n`, expected: [400] },
  { name: 'a blank in the path', bytes: `GET /meshes/a b HTTP/1.1\r\n${HOST}\r\n`, expected: [400] },
  { name: 'control characters in the path', bytes: `GET /meshes/\x00\x01 HTTP/1.1\r\n${HOST}\r\n`, expected: [400] },
  { name: 'no host', bytes: 'GET / HTTP/1.1\r\n\r\n', expected: [400] },
  {
    name: 'a path that climbs',
    bytes: `GET /../../../../etc/passwd HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`,
    expected: [404],
  },
  {
    name: 'an absolute URL of somebody else',
    bytes: `GET http://example.com/meshes HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`,
    expected: [200],
  },
  {
    name: 'half an escape in the path',
    bytes: `GET /meshes/%E0%A4%A HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`,
    expected: [400],
  },
  {
    name: 'an escaped path that is no UTF-8',
    bytes: `GET /meshes/%ff%fe HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`,
    expected: [400, 404],
  },
  {
    name: 'thousands of headers',
    bytes: `GET / HTTP/1.1\r\n${HOST}${Array.from({ length: 5_000 }, (_, i) => `X-${i}: 1\r\n`).join('')}\r\n`,
    expected: [431],
  },
  { name: 'a header of 1 MiB', bytes: `GET / HTTP/1.1\r\n${HOST}X: ${'a'.repeat(MiB)}\r\n\r\n`, expected: [431] },
  { name: 'a path of 1 MiB', bytes: `GET /${'a'.repeat(MiB)} HTTP/1.1\r\n${HOST}\r\n`, expected: [431, 414] },
  { name: 'two lengths', bytes: `${PUT}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x`, expected: [400] },
  {
    name: 'length and chunks',
    bytes: `${PUT}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    expected: [400],
  },
  { name: 'a length that is no number', bytes: `${PUT}Content-Length: 1e3\r\n\r\n{}`, expected: [400] },
  {
    name: 'a length beyond all',
    bytes: `${PUT}Content-Length: 99999999999\r\nConnection: close\r\n\r\n{}`,
    expected: [413],
  },
  { name: 'broken chunks', bytes: `${PUT}Transfer-Encoding: chunked\r\n\r\nZZ\r\n{}\r\n`, expected: [400] },
  {
    name: 'half a body, then nothing',
    bytes: `${PUT}Content-Length: 100\r\n\r\n{"type":"MeshTimeout"`,
    half: true,
    expected: [400],
  },
  {
    name: 'half a chunk, then nothing',
    bytes: `${PUT}Transfer-Encoding: chunked\r\n\r\n64\r\n{"type"`,
    half: true,
    expected: [400],
  },
  { name: 'half a request line, then nothing', bytes: 'PUT /mesh', half: true, expected: [400] },
  {
    name: 'a compressed body',
    bytes: `${PUT}Content-Encoding: gzip\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`,
    expected: [415, 400],
  },
  {
    name: 'more than the longest body',
    bytes: Buffer.concat([
      Buffer.from(`${PUT}Content-Length: ${9 * MiB}\r\nConnection: close\r\n\r\n`),
      Buffer.alloc(9 * MiB, 'a'),
    ]),
    expected: [413],
  },
  {
    name: 'more than the longest body, in chunks',
    bytes: Buffer.concat([
      Buffer.from(`${PUT}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n900000\r\n`),
      Buffer.alloc(9 * MiB, 'a'),
      Buffer.from('\r\n0\r\n\r\n'),
    ]),
    expected: [413],
  },
  {
    name: 'an upgrade that nobody offers',
    bytes: `GET / HTTP/1.1\r\n${HOST}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    expected: [200, 400],
  },
  {
    name: 'an expectation that nobody meets',
    bytes: `${PUT}Expect: the-spanish-inquisition\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`,
    expected: [400],
  },
];

/** Bytes on the REST ports that no client would send. */
export const wire: Attack = {
  name: 'malformed HTTP',
  run: async (target) => {
    const found: string[] = [];
    for (const side of ['global', 'zone'] as const) {
      for (const one of WIRE_CASES) {
        const { answer } = await rawExchange(target[side], one.bytes, { half: one.half ?? false });
        const complaint = judge(one, answer);
        if (complaint) found.push(`${one.name}, on ${side}: ${complaint}`);
      }
    }
    return found;
  },
};

function judge({ expected }: WireCase, answer: string): string | undefined {
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  const status = Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1] ?? 0);
  // The connection may be reset before we could read why: we were still sending what nobody wants.
  if (status === 0)
    return answer === '' && expected.includes(413) ? undefined : `no answer: ${JSON.stringify(answer.slice(0, 100))}`;
  if (!expected.includes(status)) return `answered ${status}, not ${expected.join(' or ')}: ${body.slice(0, 200)}`;
  const contentType = /^content-type: (.*)$/im.exec(head)?.[1] ?? '';
  return verdict({ status, headers: { 'content-type': contentType }, body });
}
