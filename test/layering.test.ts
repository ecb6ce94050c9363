import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { cyclesIn } from './support/importCycles.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const layers = ['shared', 'http', 'nats', 'runtime', 'global', 'zone', 'deploy', 'test'] as const;

interface Import {
  readonly from: string;
  /** A path from the root of the checkout, or the name of a package. */
  readonly to: string;
}

const isTest = (file: string) => file.endsWith('.test.ts');
const within = (path: string, ...folders: string[]) => folders.some((folder) => path.startsWith(`${folder}/`));
const isFile = (to: string) => within(to, ...layers);
const isPackage = (to: string, name: string) => to === name || to.startsWith(`${name}/`);

const sources = layers.flatMap((layer) => filesBelow(layer));
const imports = sources.flatMap(importsOf);

function filesBelow(folder: string): string[] {
  const files = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
  return files
    .filter((entry) => entry.isFile() && /\.(ts|js)$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !path.startsWith('shared/xds/gen/') && !path.includes('/node_modules/'));
}

function importsOf(from: string): Import[] {
  const text = readFileSync(join(root, from), 'utf8').replace(/^\s*\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  const found = text.matchAll(
    /(?:^\s*(?:import|export)\b[^'";]*\bfrom\s*|^\s*import\s*|\bimport\s*\(\s*)'([^'\n]+)'/gm,
  );
  return [...found].map(([, name = '']) => ({
    from,
    to: name.startsWith('.') ? posix.normalize(posix.join(posix.dirname(from), name)) : name,
  }));
}

const violations = (forbidden: (imported: Import) => boolean) =>
  imports.filter(forbidden).map(({ from, to }) => `${from} imports ${to}`);

/** Only files in these folders may import the package; tests at the side of a file count as the file. */
const onlyIn = (name: string, ...folders: string[]) =>
  violations(({ from, to }) => isPackage(to, name) && !within(from, ...folders));

test('imports are seen at all', () => {
  expect(imports.length).toBeGreaterThan(sources.length / 2);
});

test('shared is pure: itself, zod and @bufbuild/protobuf', () => {
  const allowed = ['zod', '@bufbuild/protobuf'];
  const allowedInTests = [...allowed, 'vitest', 'fast-check', 'yaml'];
  const pure = ({ from, to }: Import) => {
    if (isFile(to)) return within(to, 'shared') || (isTest(from) && within(to, 'test/support', 'deploy'));
    if (to.startsWith('node:')) return isTest(from);
    // Users write Envoy configuration as YAML inside a policy (docs/decisions/0005).
    if (to === 'yaml' && within(from, 'shared/policy/meshproxypatch')) return true;
    return (isTest(from) ? allowedInTests : allowed).some((name) => isPackage(to, name));
  };
  expect(violations((imported) => within(imported.from, 'shared') && !pure(imported))).toEqual([]);
});

test('global and zone do not know each other, nor what puts them together', () => {
  const sides = [
    ['global', 'zone'],
    ['zone', 'global'],
  ] as const;
  for (const [side, other] of sides) {
    expect(violations(({ from, to }) => within(from, side) && within(to, other))).toEqual([]);
    expect(
      violations(
        ({ from, to }) =>
          within(from, side) && within(to, 'deploy', 'test') && !(isTest(from) && within(to, 'test/support', 'deploy')),
      ),
    ).toEqual([]);
  }
});

test('http and nats know what is shared only', () => {
  const forbidden = ({ from, to }: Import) =>
    within(from, 'http', 'nats') &&
    within(to, 'runtime', 'global', 'zone', 'deploy', 'test') &&
    !(isTest(from) && within(to, 'test/support'));
  expect(violations(forbidden)).toEqual([]);
});

test('runtime knows what both control planes start with only', () => {
  const forbidden = ({ from, to }: Import) =>
    within(from, 'runtime') &&
    within(to, 'nats', 'global', 'zone', 'deploy', 'test') &&
    !(isTest(from) && within(to, 'test/support'));
  expect(violations(forbidden)).toEqual([]);
});

test('the PostgreSQL client stays in the event log', () => {
  expect(onlyIn('pg', 'global/log', 'test')).toEqual([]);
  expect(onlyIn('@electric-sql/pglite', 'global/log', 'test')).toEqual([]);
});

test('the NATS client stays where events, status and questions travel', () => {
  const homes = [
    'nats',
    'global/relay',
    'global/insight',
    'zone/leaf',
    'zone/replica',
    'zone/status',
    'zone/ask',
    'deploy',
    'test',
  ];
  for (const name of ['@nats-io/transport-node', '@nats-io/jetstream', '@nats-io/nats-core']) {
    expect(onlyIn(name, ...homes)).toEqual([]);
  }
});

test('the HTTP server stays where it serves', () => {
  expect(onlyIn('fastify', 'http', 'zone/dataplane', 'test')).toEqual([]);
});

test('gRPC stays in the xDS servers', () => {
  expect(onlyIn('@grpc/grpc-js', 'zone/ads', 'zone/dataplane', 'zone/health', 'test')).toEqual([]);
});

test('no import cycles, type imports included', () => {
  expect(cyclesIn(imports.filter(({ to }) => isFile(to)))).toEqual([]);
});
