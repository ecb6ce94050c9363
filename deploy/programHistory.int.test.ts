import { beforeAll, expect, test } from 'vitest';
import { runMeridian } from '../test/support/runMeridian.ts';
import { standaloneForTests } from '../test/support/standaloneForTests.ts';

let address: string;

const run = (words: readonly string[], stdin = '') => runMeridian(words, { env: { MERIDIAN_ADDRESS: address }, stdin });

const timeout = (name: string, requestTimeout: string) => `
type: MeshTimeout
mesh: shop
name: ${name}
spec: { targetRef: { kind: Mesh }, to: [{ targetRef: { kind: Mesh }, default: { http: { requestTimeout: ${requestTimeout} } } }] }
`;

/** Position and time of the newest event. */
async function now(): Promise<{ readonly position: number; readonly at: string }> {
  const [newest] = JSON.parse((await run(['log', '--limit', '1', '-o', 'json'])).out);
  return newest;
}

async function done(words: readonly string[], stdin = ''): Promise<string> {
  const { status, out, err } = await run(words, stdin);
  expect(status, err).toBe(0);
  return out;
}

const namesAt = async (at: string | number): Promise<string[]> =>
  JSON.parse(await done(['get', 'mt', '-m', 'shop', '--at', String(at), '-o', 'json'])).items.map(
    ({ name }: { name: string }) => name,
  );

let begin: Awaited<ReturnType<typeof now>>;
let good: typeof begin;

beforeAll(async () => {
  address = (await standaloneForTests('history')).url;
  await done(['apply', '-f', '-'], "{ type: Mesh, name: shop, skipCreatingInitialPolicies: ['*'] }");
  begin = await now();
  await done(['apply', '-f', '-'], `${timeout('one', '5s')}---${timeout('two', '6s')}`);
  good = await now();
  await done(['apply', '-f', '-'], timeout('one', '50ms'));
  await done(['delete', 'mt', 'two', '-m', 'shop']);
  await done(['apply', '-f', '-'], timeout('three', '1s'));
}, 120_000);

test('shows resources as they were, by position and by time', async () => {
  expect(await namesAt(begin.position)).toEqual([]);
  expect(await namesAt(good.position)).toEqual(['one', 'two']);
  expect(await namesAt(good.at)).toEqual(['one', 'two']);
  expect(await namesAt((await now()).position + 100)).toEqual(['one', 'three']);
  expect(await done(['get', 'mt', 'one', '-m', 'shop', '--at', String(good.position), '-o', 'yaml'])).toContain(
    'requestTimeout: 5s',
  );
  expect(await run(['get', 'mt', 'three', '-m', 'shop', '--at', String(good.position)])).toMatchObject({
    status: 1,
    err: 'error: the log had no MeshTimeout "three" then; what zones write is not in it\n',
  });
  expect((await run(['get', 'mt', '--at', 'yesterday'])).err).toContain('It has to be a position of the log as 41');
});

test('shows what each change changed', async () => {
  const lines = (await done(['log', '--diff', '--type', 'MeshTimeout', '-m', 'shop', '--limit', '3'])).split('\n');
  const field = 'spec.to[0].default.http.requestTimeout';
  expect(lines[1]).toBe(`  ~ ${field}: 5s → 50ms`);
  expect(lines[2]).toMatch(/deleted {2}MeshTimeout {2}shop {2}two/);
  expect(lines[3]).toMatch(/created {2}MeshTimeout {2}shop {2}three/);
  expect(lines.slice(4).join('\n')).toContain('  + spec:\n');
  const [updated] = JSON.parse(await done(['log', '--diff', '--name', 'one', '--limit', '1', '-o', 'json']));
  expect(updated.diff).toEqual([
    { op: 'replace', path: '/spec/to/0/default/http/requestTimeout', value: '50ms', was: '5s' },
  ]);
});

test('what was can be applied again, all of a list as one change', async () => {
  const was = await done(['get', 'mt', '-m', 'shop', '--at', String(good.position), '-o', 'yaml']);
  expect(await done(['apply', '-f', '-', '-m', 'as it was'], was)).toBe(
    'MeshTimeout "one" in mesh "shop" updated\nMeshTimeout "two" in mesh "shop" created\n',
  );
  expect(await done(['get', 'mt', 'one', '-m', 'shop', '-o', 'yaml'])).toContain('requestTimeout: 5s');
  const { err } = await run(['apply', '-f', '-'], was.replace('5s', 'soon'));
  expect(err).toMatch(/standard input:\d+:\d+: MeshTimeout "one" .*requestTimeout/);
});
