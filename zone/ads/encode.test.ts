import {
  type DescField,
  type DescMessage,
  fromJson,
  type JsonValue,
  ScalarType,
  toBinary,
  toJson,
  fromBinary,
} from '@bufbuild/protobuf';
import { hasCustomJsonRepresentation, isWrapperDesc } from '@bufbuild/protobuf/wkt';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DeltaDiscoveryResponseSchema,
  DiscoveryResponseSchema,
} from '../../shared/xds/gen/envoy/service/discovery/v3/discovery_pb.js';
import { registry } from '../../shared/xds/gen/registry.js';
import type { XdsKind, XdsResource } from '../../shared/xds/snapshot.ts';
import { encodeChunks, encodeMessage } from './encode.ts';

// Any comes in as a field; the descriptors of protobuf itself are proto2, with required fields.
const messages = [...registry].filter(
  (type): type is DescMessage =>
    type.kind === 'message' &&
    type.typeName !== 'google.protobuf.Any' &&
    type.file.name !== 'google/protobuf/descriptor',
);
const encodeResource = (kind: XdsKind, name: string, resource: unknown) =>
  encodeChunks(kind, name, resource as XdsResource).delta;
const reference = (desc: DescMessage, json: JsonValue) =>
  Buffer.from(toBinary(desc, fromJson(desc, json, { registry })));

const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.constant('x'.repeat(200)),
);
const seconds = fc.integer({ min: -1_000_000, max: 1_000_000 });
const plain: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constant(null),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    text,
    fc.array(tie('value'), { maxLength: 3 }),
    sortedMap(tie('value')),
  ),
})).value;

function sortedMap(value: fc.Arbitrary<JsonValue>): fc.Arbitrary<JsonValue> {
  return fc
    .dictionary(fc.stringMatching(/^[a-z][a-z.]{0,6}$/), value, { maxKeys: 3 })
    .map((map) => Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1))));
}

function scalar(type: ScalarType): fc.Arbitrary<JsonValue> {
  switch (type) {
    case ScalarType.STRING:
      return text;
    case ScalarType.BOOL:
      return fc.boolean();
    case ScalarType.BYTES:
      return fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('base64'));
    case ScalarType.DOUBLE:
      return fc.oneof(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.constantFrom('NaN', 'Infinity', '-Infinity', '1.5', 0),
      );
    case ScalarType.FLOAT:
      return fc.oneof(fc.float({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom('NaN', 0));
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return fc.oneof(fc.integer({ min: 0, max: 0xffff_ffff }), fc.nat(300).map(String));
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return fc.oneof(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }).map(String), fc.nat());
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      return fc.oneof(fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }).map(String), fc.integer());
    default:
      return fc.integer();
  }
}

function single(field: DescField, type: 'message' | 'enum' | 'scalar', depth: number): fc.Arbitrary<JsonValue> {
  if (type === 'message') return message(field.message as DescMessage, depth - 1);
  if (type === 'enum')
    return fc.constantFrom<JsonValue>(...(field.enum?.values ?? []).flatMap((value) => [value.name, value.number]));
  return scalar(field.scalar as ScalarType);
}

function value(field: DescField, depth: number): fc.Arbitrary<JsonValue> {
  if (field.fieldKind === 'list') return fc.array(single(field, field.listKind, depth), { maxLength: 3 });
  if (field.fieldKind === 'map') {
    const values = single(field, field.mapKind, depth);
    return field.mapKey === ScalarType.STRING ? sortedMap(values) : fc.constant({});
  }
  return single(field, field.fieldKind, depth);
}

/** Any JSON that the type accepts. Maps come sorted, since the reference keeps the order in which it is given. */
function message(desc: DescMessage, depth: number): fc.Arbitrary<JsonValue> {
  switch (desc.typeName) {
    case 'google.protobuf.Any':
      return depth <= 0
        ? fc.constant({})
        : fc.constantFrom(...messages).chain((packed) => message(packed, depth - 1).map((json) => any(packed, json)));
    case 'google.protobuf.Duration':
      return fc
        .tuple(seconds, fc.constantFrom('', '.5', '.25', '.000000001'))
        .map(([s, fraction]) => `${s}${fraction}s`);
    case 'google.protobuf.Timestamp':
      return fc
        .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
        .map((date) => date.toISOString());
    case 'google.protobuf.FieldMask':
      return fc.constantFrom('', 'fooBar', 'a,bC.dE');
    case 'google.protobuf.Struct':
      return sortedMap(plain);
    case 'google.protobuf.Value':
      return plain;
    case 'google.protobuf.ListValue':
      return fc.array(plain, { maxLength: 3 });
    default:
  }
  if (isWrapperDesc(desc)) return scalar((desc.fields[0] as DescField).scalar as ScalarType);
  if (depth <= 0) return fc.constant({});
  const chosen = fc
    .subarray(desc.fields, { maxLength: Math.min(5, desc.fields.length) })
    .chain((fields) => fc.shuffledSubarray(fields, { minLength: fields.length }));
  return chosen.chain((fields) => {
    const taken = new Set<unknown>();
    const own = fields.filter((field) => !field.oneof || (!taken.has(field.oneof) && taken.add(field.oneof)));
    const entries = own.map((field) => value(field, depth).map((json): [string, JsonValue] => [field.jsonName, json]));
    return fc.tuple(...entries).map((pairs) => Object.fromEntries(pairs));
  });
}

function any(desc: DescMessage, json: JsonValue): JsonValue {
  const type = `type.googleapis.com/${desc.typeName}`;
  return hasCustomJsonRepresentation(desc) ? { '@type': type, value: json } : { '@type': type, ...(json as object) };
}

const cluster = registry.getMessage('envoy.config.cluster.v3.Cluster') as DescMessage;

describe('the encoder', () => {
  it('writes the very bytes of protobuf-es, for every type', () => {
    for (const desc of messages) {
      fc.assert(
        fc.property(message(desc, 3), (json) => {
          expect(encodeMessage(desc, json).toString('hex')).toBe(reference(desc, json).toString('hex'));
        }),
        { numRuns: 6, seed: 1 },
      );
    }
  }, 120_000);

  it('writes nested Any of a real listener, and what it wrote reads back the same', () => {
    const desc = registry.getMessage('envoy.config.listener.v3.Listener') as DescMessage;
    const json: JsonValue = {
      filterChains: [
        {
          filters: [
            {
              typedConfig: {
                routeConfig: {
                  virtualHosts: [
                    {
                      domains: ['*'],
                      name: 'v',
                      routes: [{ match: { prefix: '/' }, route: { cluster: 'c', timeout: '0.250s' } }],
                    },
                  ],
                },
                httpFilters: [
                  {
                    name: 'envoy.filters.http.router',
                    typedConfig: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router' },
                  },
                ],
                statPrefix: 'x',
                '@type':
                  'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
              },
              name: 'envoy.filters.network.http_connection_manager',
            },
          ],
        },
      ],
      address: { socketAddress: { address: '127.0.0.1', portValue: 8080 } },
      name: 'l',
    };
    const bytes = encodeMessage(desc, json);
    expect(bytes).toEqual(reference(desc, json));
    expect(toJson(desc, fromBinary(desc, bytes), { registry })).toEqual(json);
  });

  it('sorts maps, so that equal resources have equal bytes', () => {
    const metadata = (keys: string[]) => ({
      filterMetadata: Object.fromEntries(keys.map((key) => [key, { b: 1, a: [null, 'x', true] }])),
    });
    const a = encodeResource('cluster', 'c', { name: 'c', metadata: metadata(['x', 'a', '9', '10']) });
    expect(a).toEqual(encodeResource('cluster', 'c', { metadata: metadata(['10', '9', 'a', 'x']), name: 'c' }));
  });

  it('leaves out undefined and null, accepts both names of a field', () => {
    const given = encodeResource('cluster', 'c', { name: 'c', connect_timeout: '1s', altStatName: null });
    expect(given).toEqual(encodeResource('cluster', 'c', { name: 'c', connectTimeout: '1s' }));
  });

  it.each([
    [
      { name: 'c', conectTimeout: '1s' },
      'cluster c: field conectTimeout: there is no such field in envoy.config.cluster.v3.Cluster',
    ],
    [{ name: 'c', connectTimeout: '1' }, 'cluster c: field connectTimeout: expected a duration as "0.25s", got "1"'],
    [
      { name: 'c', type: 'EDDS' },
      'cluster c: field type: "EDDS" is none of STATIC, STRICT_DNS, LOGICAL_DNS, EDS, ORIGINAL_DST',
    ],
    [
      { name: 'c', type: 'EDS', clusterType: {} },
      'cluster c: field clusterType: only one of type and clusterType may be set (cluster_discovery_type of envoy.config.cluster.v3.Cluster)',
    ],
    [
      { name: 'c', connectTimeout: '1s', connect_timeout: '1s' },
      'cluster c: field connect_timeout: is set twice, by its two names',
    ],
    [
      {
        name: 'c',
        loadAssignment: {
          endpoints: [{}, { lbEndpoints: [{ endpoint: { address: { socketAddress: { portValue: -1 } } } }] }],
        },
      },
      'cluster c: field loadAssignment.endpoints[1].lbEndpoints[0].endpoint.address.socketAddress.portValue: expected a whole number from 0 to 4294967295, got -1',
    ],
    [
      { name: 'c', transportSocket: { name: 't', typedConfig: { '@type': 'type.googleapis.com/nope' } } },
      'cluster c: field transportSocket.typedConfig.@type: nope is no type that this build knows',
    ],
    [
      {
        name: 'c',
        typedExtensionProtocolOptions: { 'a.b': { '@type': 'x/envoy.config.core.v3.Http1ProtocolOptions', nope: 1 } },
      },
      'cluster c: field typedExtensionProtocolOptions["a.b"].nope: there is no such field in envoy.config.core.v3.Http1ProtocolOptions',
    ],
    [
      { name: 'c', metadata: [] },
      'cluster c: field metadata: expected an object (envoy.config.core.v3.Metadata), got []',
    ],
  ])('names the field that is wrong: %#', (resource, message) => {
    expect(() => encodeResource('cluster', 'c', resource as never)).toThrow(message);
  });

  it('is usable after an error', () => {
    expect(() => encodeResource('cluster', 'c', { name: 'c', type: 'x' })).toThrow();
    expect(encodeMessage(cluster, { name: 'c' }).toString('hex')).toBe('0a0163');
  });

  it.each([1, 100, 200, 20_000])('makes the chunks of both protocols, of %i bytes', (length) => {
    const json = { name: 'c', altStatName: 'x'.repeat(length) };
    const { delta, sotw, version } = encodeChunks('cluster', 'c', json);
    const any = { '@type': 'type.googleapis.com/envoy.config.cluster.v3.Cluster', ...json };
    const inDelta = toJson(DeltaDiscoveryResponseSchema, fromBinary(DeltaDiscoveryResponseSchema, delta), { registry });
    expect(inDelta).toEqual({ resources: [{ name: 'c', version, resource: any }] });
    const inSotw = toJson(DiscoveryResponseSchema, fromBinary(DiscoveryResponseSchema, sotw), { registry });
    expect(inSotw).toEqual({ resources: [any] });
    expect(encodeChunks('cluster', 'other', json).version).toBe(version);
    expect(encodeChunks('cluster', 'c', { name: 'c' }).version).not.toBe(version);
  });
});
