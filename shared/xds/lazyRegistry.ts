import { createMutableRegistry, type DescFile, type Registry } from '@bufbuild/protobuf';
import { fileDesc } from '@bufbuild/protobuf/codegenv2';
import { nestedTypes } from '@bufbuild/protobuf/reflect';
import * as wkt from '@bufbuild/protobuf/wkt';

/** A schema file as it is generated. */
export type SchemaFile = readonly [
  name: string,
  packageName: string,
  /** Names of its messages, enums and services, except those inside of others; with spaces between. */
  types: string,
  /** Indexes of the files that it imports, or the names of those that come with the library. */
  imports: readonly (number | string)[],
  /** Its FileDescriptorProto, base64. */
  descriptor: string,
];

/**
 * Types of a schema of many files. A file is made into descriptors when one of its types is first asked for: a control plane uses a
 * quarter of Envoy's, and making them takes most of the time and memory that loading does.
 */
export function lazyRegistry(files: readonly SchemaFile[]): {
  readonly registry: Registry;
  /** @throws Error when there is no file of that name */
  readonly fileOf: (name: string) => DescFile;
} {
  const wellKnown = Object.values(wkt).filter(isFile);
  const loaded = createMutableRegistry(...wellKnown);
  const known = new Map(wellKnown.map((file) => [file.proto.name, file]));
  const byName = new Map(files.map((file) => [file[0], file]));
  const byType = new Map<string, SchemaFile>(
    files.flatMap((file) => file[2].split(' ').map((type) => [`${file[1]}.${type}`, file] as const)),
  );

  function fileOf(name: string): DescFile {
    const before = known.get(name);
    if (before) return before;
    const found = byName.get(name);
    if (!found) throw new Error(`${name} is not among the generated types; run \`npm run setup\``);
    const [, , , imports, descriptor] = found;
    const names = imports.map((one) => (typeof one === 'number' ? (files[one]?.[0] ?? '') : one));
    const file = fileDesc(
      descriptor,
      names.map((one) => direct(fileOf(one))),
    );
    known.set(name, file);
    for (const type of nestedTypes(file)) loaded.add(type);
    return file;
  }

  /** The registry with the file of that type, which may be one inside of another. */
  const having = (typeName: string) => {
    for (let name = typeName; name !== ''; name = name.slice(0, Math.max(0, name.lastIndexOf('.')))) {
      const file = byType.get(name);
      if (file) fileOf(file[0]);
    }
    return loaded;
  };

  const registry: Registry = {
    kind: 'registry',
    *[Symbol.iterator]() {
      for (const [name] of files) fileOf(name);
      yield* loaded;
    },
    get: (name) => having(name).get(name),
    getMessage: (name) => having(name).getMessage(name),
    getEnum: (name) => having(name).getEnum(name),
    getService: (name) => having(name).getService(name),
    getExtension: (name) => having(name).getExtension(name),
    getExtensionFor: (extendee, number) => loaded.getExtensionFor(extendee, number),
  };
  return { registry, fileOf };
}

/** As a file that imports it sees it: without what it imports itself, which the library would go through again for each of them. */
function direct(file: DescFile): DescFile {
  const { dependencies, proto } = file;
  const handedOn = proto.publicDependency.flatMap((index) => dependencies[index] ?? []);
  return Object.create(file, { dependencies: { value: handedOn } }) as DescFile;
}

function isFile(value: unknown): value is DescFile {
  return (value as DescFile | undefined)?.kind === 'file';
}
