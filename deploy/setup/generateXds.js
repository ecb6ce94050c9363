// node generateXds.js ROOTS OUT < descriptor set: writes types and codecs for the roots and all they import.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import * as wkt from '@bufbuild/protobuf/wkt';

const [rootsFile, out] = process.argv.slice(2);
const wellKnown = Object.values(wkt).filter((value) => value?.kind === 'file');

// These only carry custom options. Without them the code is half as large and loads in half the time.
const annotationOnly =
  /^(validate\/|(udpa|xds|envoy)\/annotations\/|google\/api\/(annotations|client|field_behavior|http|resource|launch_stage|visibility)\.proto)/;

const files = new Map(wellKnown.map((file) => [file.proto.name, file.proto]));
for (const file of fromBinary(wkt.FileDescriptorSetSchema, readFileSync(0)).file) {
  if (!files.has(file.name)) files.set(file.name, withoutAnnotations(file));
}

const roots = readFileSync(rootsFile, 'utf8')
  .split('\n')
  .map((line) => line.trim())
  .filter((line) => line !== '' && !line.startsWith('#'));
const ordered = importsFirst(roots);
const toGenerate = ordered.filter((name) => !name.startsWith('google/protobuf/'));

const request = create(wkt.CodeGeneratorRequestSchema, {
  parameter: 'target=js+dts,import_extension=js,json_types=true',
  fileToGenerate: toGenerate,
  protoFile: ordered.map((name) => files.get(name)),
  sourceFileDescriptors: [],
});

const descriptors = new Map();
for (const file of runPlugin(toBinary(wkt.CodeGeneratorRequestSchema, request)))
  write(file.name, file.name.endsWith('.js') ? withDescriptorApart(file) : file.content);
writeRegistry();

function withoutAnnotations(file) {
  const kept = file.dependency.filter((name) => !annotationOnly.test(name));
  file.publicDependency = file.publicDependency
    .map((index) => kept.indexOf(file.dependency[index]))
    .filter((index) => index >= 0);
  file.weakDependency = [];
  file.dependency = kept;
  dropUnknownOptions(file);
  for (const message of file.messageType) setJsonNames(message);
  return file;
}

// protoc fills these in for its plugins; the descriptors inside the wheel do not carry them.
function setJsonNames(message) {
  for (const field of message.field)
    field.jsonName = field.name.replace(/_+(.?)/g, (_, letter) => letter.toUpperCase());
  for (const nested of message.nestedType) setJsonNames(nested);
}

// Custom options are unknown fields of the options messages, since their extensions are not registered here.
function dropUnknownOptions(value) {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return;
  if (value.$typeName?.endsWith('Options')) delete value.$unknown;
  for (const child of Object.values(value)) dropUnknownOptions(child);
}

function importsFirst(names) {
  const done = new Set();
  const visit = (name, importer) => {
    if (done.has(name)) return;
    const file = files.get(name);
    if (file === undefined) throw new Error(`${name} (wanted by ${importer}) is not in the xDS schema`);
    for (const dependency of file.dependency) visit(dependency, name);
    done.add(name);
  };
  for (const name of names) visit(name, 'xds-roots.txt');
  return [...done];
}

function runPlugin(input) {
  const plugin = createRequire(import.meta.url).resolve('@bufbuild/protoc-gen-es/bin/protoc-gen-es');
  const run = spawnSync(process.execPath, [plugin], { input, maxBuffer: 256 * 1024 * 1024 });
  if (run.status !== 0) throw new Error(`protoc-gen-es failed: ${run.error?.message ?? run.stderr}`);
  const response = fromBinary(wkt.CodeGeneratorResponseSchema, run.stdout);
  if (response.error) throw new Error(`protoc-gen-es: ${response.error}`);
  return response.file;
}

function write(name, content) {
  const path = join(out, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

/** The module without its descriptor, which goes into the registry: there it is only read when it is needed. */
function withDescriptorApart({ name, content }) {
  const proto = name.replace(/_pb\.js$/, '.proto');
  const up = '../'.repeat(name.split('/').length - 1);
  const apart = content
    .replace(/^import \{[^}]*\bfile_\w+[^}]*\} from "[^"]+";\n/gm, '')
    .replace(/\bfileDesc\("([^"]*)"(?:, \[[^\]]*\])?\)/, (_, descriptor) => {
      descriptors.set(proto, descriptor);
      return `fileOf("${proto}")`;
    })
    .replace(/^import \{ ([^}]*) \} from "@bufbuild\/protobuf\/codegenv2";\n/m, (_, names) => {
      const others = names.split(', ').filter((one) => one !== 'fileDesc');
      const library = others.length > 0 ? `import { ${others.join(', ')} } from "@bufbuild/protobuf/codegenv2";\n` : '';
      return `${library}import { fileOf } from "${up}registry.js";\n`;
    });
  if (!descriptors.has(proto) || /\bfileDesc\b/.test(apart)) throw new Error(`${name} has another form than expected`);
  return apart;
}

/** All descriptors as text, for shared/xds/lazyRegistry.ts. JSON of an `Any` needs the registry. */
function writeRegistry() {
  const index = new Map(toGenerate.map((name, at) => [name, at]));
  const lines = toGenerate.map((name) => {
    const { package: packageName, messageType, enumType, service, dependency } = files.get(name);
    const types = [...messageType, ...enumType, ...service].map((type) => type.name).join(' ');
    const imports = dependency.map((one) => index.get(one) ?? one);
    return `  ${JSON.stringify([name, packageName, types, imports, descriptors.get(name)])},`;
  });
  const module = [
    "import { lazyRegistry } from '../lazyRegistry.ts';",
    '',
    'export const { registry, fileOf } = lazyRegistry([',
    ...lines,
    ']);',
    '',
  ];
  write('registry.js', module.join('\n'));
  write(
    'registry.d.ts',
    "import type { Registry } from '@bufbuild/protobuf';\n\nexport declare const registry: Registry;\n",
  );
}
