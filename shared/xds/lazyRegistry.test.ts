import { create, toBinary } from '@bufbuild/protobuf';
import { base64Encode } from '@bufbuild/protobuf/wire';
import {
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FileDescriptorProtoSchema,
} from '@bufbuild/protobuf/wkt';
import { expect, test } from 'vitest';
import { registry as envoy } from './gen/registry.js';
import { lazyRegistry, type SchemaFile } from './lazyRegistry.ts';

function schemaFile(name: string, imports: readonly number[], field?: string, isPublic = false): SchemaFile {
  const [packageName, type] = [`test.${name}`, `${name}Message`];
  const bytes = toBinary(
    FileDescriptorProtoSchema,
    create(FileDescriptorProtoSchema, {
      name: `${name}.proto`,
      package: packageName,
      syntax: 'proto3',
      publicDependency: isPublic ? [0] : [],
      messageType: [
        {
          name: type,
          nestedType: [{ name: 'Inner' }],
          field: field
            ? [
                {
                  name: 'one',
                  jsonName: 'one',
                  number: 1,
                  type: FieldDescriptorProto_Type.MESSAGE,
                  label: FieldDescriptorProto_Label.OPTIONAL,
                  typeName: field,
                },
              ]
            : [],
        },
      ],
    }),
  );
  return [`${name}.proto`, packageName, type, imports, base64Encode(bytes)];
}

const unreadable = (name: string): SchemaFile => [`${name}.proto`, `test.${name}`, `${name}Message`, [], 'AAAA'];

test('only the files that a type needs are read', () => {
  const { registry } = lazyRegistry([
    schemaFile('a', []),
    schemaFile('b', [0], '.test.a.aMessage.Inner'),
    unreadable('c'),
  ]);
  const [field] = registry.getMessage('test.b.bMessage')?.fields ?? [];
  expect(field?.message).toBe(registry.getMessage('test.a.aMessage.Inner'));
  expect(registry.getMessage('test.b.Absent')).toBeUndefined();
  expect(registry.getMessage('google.protobuf.Duration')?.typeName).toBe('google.protobuf.Duration');
  expect(() => registry.getMessage('test.c.cMessage')).toThrow();
});

test('what an import hands on is seen, what it only uses itself is not', () => {
  const files = (isPublic: boolean) => [
    schemaFile('a', []),
    schemaFile('b', [0], '.test.a.aMessage', isPublic),
    schemaFile('c', [1], '.test.a.aMessage'),
  ];
  expect(lazyRegistry(files(true)).registry.getMessage('test.c.cMessage')?.fields).toHaveLength(1);
  expect(() => lazyRegistry(files(false)).registry.getMessage('test.c.cMessage')).toThrow('test.a.aMessage');
});

test('every type of Envoy is there once, in every field that is of it', () => {
  const types = [...envoy];
  expect(types.length).toBeGreaterThan(1_000);
  for (const type of types) {
    expect(envoy.get(type.typeName)).toBe(type);
    if (type.kind !== 'message') continue;
    for (const { message } of type.fields) if (message) expect(message).toBe(envoy.getMessage(message.typeName));
  }
});
