import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Attack } from '../attack.ts';
import { ending, frame, open, type OpenOptions, session } from '../rawGrpc.ts';

interface GrpcCase extends OpenOptions {
  readonly name: string;
  readonly bytes: Buffer;
  /** No more will come. */
  readonly half?: boolean;
}

const MiB = 1024 * 1024;
const GZIP = { headers: { 'grpc-encoding': 'gzip' } };
/** A field number that no message has, as a text of so many bytes. */
const unknownField = (bytes: Buffer) => Buffer.concat([Buffer.from([0xfa, 0x7f]), varint(bytes.length), bytes]);

/** Frames that are none, or too much of one. Each has to end its own stream, with an error. */
const CASES: readonly GrpcCase[] = [
  { name: 'random bytes', bytes: Buffer.concat([Buffer.from([0x77]), randomBytes(2_000)]) },
  { name: 'a length of 4 GiB', bytes: frame(Buffer.alloc(10), { length: 0xff_ff_ff_ff }) },
  { name: 'a length beyond the limit, and the bytes too', bytes: frame(Buffer.alloc(20 * MiB)) },
  { name: 'compressed, nobody knows how', bytes: frame(gzipSync('x'), { flag: 1 }) },
  { name: 'compressed, and is not', bytes: frame(randomBytes(100), { flag: 1 }), ...GZIP },
  {
    name: 'compressed by an unknown method',
    bytes: frame(randomBytes(100), { flag: 1 }),
    headers: { 'grpc-encoding': 'rot13' },
  },
  { name: '512 MiB of nothing, compressed', bytes: frame(gzipSync(Buffer.alloc(512 * MiB)), { flag: 1 }), ...GZIP },
  { name: 'an unknown flag', bytes: frame(Buffer.alloc(3), { flag: 255 }) },
  {
    name: 'no protobuf',
    bytes: frame(Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])),
  },
  { name: 'a field that claims more than there is', bytes: frame(Buffer.from([0x0a, 0xff, 0xff, 0xff, 0x7f, 0x41])) },
  { name: 'a protobuf without a node', bytes: frame(Buffer.alloc(0)) },
  { name: 'a protobuf of something else', bytes: frame(unknownField(Buffer.from('hello'))) },
  { name: 'a node nested in nodes', bytes: frame(nestedStruct(20_000)) },
  { name: 'half a frame', bytes: frame(Buffer.alloc(10), { length: 100 }), half: true },
  { name: 'nothing, ended', bytes: Buffer.alloc(0), half: true },
  { name: 'an unknown method', bytes: frame(Buffer.alloc(0)), method: 'Nothing' },
  {
    name: 'another service',
    bytes: frame(Buffer.alloc(0)),
    method: '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
  },
  { name: 'no gRPC', bytes: Buffer.from('{}'), half: true, headers: { 'content-type': 'application/json' } },
];

/** Bytes on the dp-server's port that no proxy would send. */
export const grpc: Attack = {
  name: 'malformed gRPC',
  run: async ({ ads }) => {
    const found: string[] = [];
    for (const one of CASES) {
      const client = await session(ads);
      const stream = open(client, one);
      const over = ending(stream, 10_000);
      if (one.half) stream.end(one.bytes);
      else stream.write(one.bytes);
      const { status, message } = await over;
      client.destroy();
      const peacefully = status === 0 && one.half === true;
      if (status === 'still open' || (status === 0 && !peacefully)) found.push(`${one.name}: ${status} ${message}`);
    }
    return found;
  },
};

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}

/** `node.metadata` whose values are structs in structs: DeltaDiscoveryRequest.node = 1, Node.metadata = 3, Struct.fields = 1. */
function nestedStruct(depth: number): Buffer {
  const lengthened = (tag: number, inner: Buffer) => [Buffer.from([tag]), varint(inner.length)];
  const heads: Buffer[] = [];
  let length = 0;
  for (let i = 0; i < depth; i++) {
    for (const tag of [0x0a, 0x12, 0x2a]) {
      // Struct.fields entry, its value = 2, Value.struct_value = 5: outermost last, so they are put in front.
      const head = Buffer.concat([Buffer.from([tag]), varint(length)]);
      heads.push(head);
      length += head.length;
    }
  }
  const struct = Buffer.concat(heads.reverse());
  const node = Buffer.concat([...lengthened(0x1a, struct), struct]);
  return Buffer.concat([...lengthened(0x0a, node), node]);
}
