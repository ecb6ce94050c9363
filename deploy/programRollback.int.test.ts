import { beforeAll, expect, test } from 'vitest';
import { meridianOnTerminal } from '../test/support/pty.ts';
import { runMeridian } from '../test/support/runMeridian.ts';
import { standaloneForTests } from '../test/support/standaloneForTests.ts';

let address: string;

const run = (words: readonly string[], stdin = '') => runMeridian(words, { env: { MERIDIAN_ADDRESS: address }, stdin });

async function done(words: readonly string[], stdin = ''): Promise<string> {
  const { status, out, err } = await run(words, stdin);
  expect(status, err).toBe(0);
  return out;
}

const apply = (text: string) => done(['apply', '-f', '-'], text);

const timeout = (mesh: string, name: string, requestTimeout: string) => `
type: MeshTimeout
mesh: ${mesh}
name: ${name}
spec: { targetRef: { kind: Mesh }, to: [{ targetRef: { kind: Mesh }, default: { http: { requestTimeout: ${requestTimeout} } } }] }
`;

interface Event {
  readonly position: number;
  readonly at: string;
  readonly change: { readonly id: string; readonly size: number };
  readonly by: { readonly message?: string };
}

const events = async (...flags: string[]): Promise<readonly Event[]> =>
  JSON.parse(await done(['log', '-o', 'json', ...flags]));

async function newest(): Promise<Event> {
  const [event] = await events('--limit', '1');
  if (!event) throw new Error('the log is empty');
  return event;
}

/** All that somebody wrote, without what is another one each time: secrets, and times. */
async function world(): Promise<string> {
  const exported = await done(['export', '--profile', 'all']);
  return exported.replace(/^#.*\n/, '');
}

/** A mesh of its own with two policies. */
async function mesh(name: string): Promise<Event> {
  await apply(
    `{ type: Mesh, name: ${name}, skipCreatingInitialPolicies: ['*'] }\n---${timeout(name, 'one', '5s')}---${timeout(name, 'two', '6s')}`,
  );
  return newest();
}

/** One policy of it is changed, one deleted, one made. */
async function spoil(name: string): Promise<void> {
  await apply(timeout(name, 'one', '50ms'));
  await done(['delete', 'mt', 'two', '-m', name]);
  await apply(timeout(name, 'three', '1s'));
}

beforeAll(async () => {
  address = (await standaloneForTests('rollback')).url;
}, 120_000);

test('everything goes back to a position, a time or a change, as one change of new events', async () => {
  const good = await mesh('whole');
  const was = await world();
  const targets = [String(good.position), good.at, good.change.id];
  for (const target of targets) {
    await spoil('whole');
    await apply('{ type: Mesh, name: newer }');
    const before = await newest();
    const { status, err } = await run(['rollback', '--to', target, '--yes']);
    expect(status, err).toBe(0);
    expect(err).toContain(`back to position ${good.position}`);
    expect(await world()).toBe(was);
    const last = await newest();
    expect(last.by.message).toBe(`rollback to position ${good.position}`);
    expect(last.position - last.change.size, 'one change, after all that was').toBe(before.position);
  }
  expect((await run(['rollback', '--to', String(good.position), '--yes'])).err).toContain('nothing to go back');
});

test('one mesh or one resource goes back, and nothing else', async () => {
  const good = await mesh('scoped');
  await mesh('other');
  await spoil('scoped');
  await spoil('other');
  const to = ['--to', String(good.position), '--yes'];
  const other = await done(['get', 'mt', '-m', 'other', '-o', 'yaml']);

  expect(await done(['rollback', 'meshtimeout', 'one', '-m', 'scoped', ...to])).toBe(
    'MeshTimeout "one" in mesh "scoped" updated\n',
  );
  expect(await done(['get', 'mt', 'one', '-m', 'scoped', '-o', 'yaml'])).toContain('requestTimeout: 5s');
  expect(await done(['get', 'mt', '-m', 'scoped'])).toContain('three');

  expect(await done(['rollback', '-m', 'scoped', ...to, '--message', 'as before'])).toBe(
    'MeshTimeout "two" in mesh "scoped" created\nMeshTimeout "three" in mesh "scoped" deleted\n',
  );
  expect((await newest()).by.message).toBe('as before');
  expect(await done(['get', 'mt', '-m', 'other', '-o', 'yaml'])).toBe(other);
});

test('a change is undone, and the undoing too; not when there was another one of the same since then', async () => {
  await mesh('undone');
  const before = await world();
  await apply(`${timeout('undone', 'one', '1ms')}---${timeout('undone', 'four', '2ms')}`);
  const after = await world();
  const { change, position } = await newest();

  expect(await done(['rollback', '--undo', change.id, '--yes'])).toContain(
    'MeshTimeout "four" in mesh "undone" deleted',
  );
  expect(await world()).toBe(before);
  expect((await newest()).by.message).toBe(`undo of change ${change.id}`);
  const again = await run(['rollback', '--undo', String((await newest()).position), '--yes']);
  expect(again.status, again.err).toBe(0);
  expect(again.err).toMatch(/`meridian rollback --undo [0-9a-f-]{36}` takes this back/);
  expect(await world()).toBe(after);

  const refused = await run(['rollback', '--undo', String(position), '--yes']);
  expect(refused.status).toBe(1);
  expect(refused.err).toContain('nothing was undone: since then there were other changes of the same');
  expect(refused.err).toContain('* MeshTimeout "one" in mesh "undone": position');
  expect(await world()).toBe(after);
});

test('a mesh that was deleted comes back with what was in it, when its secrets may stay lost', async () => {
  const good = await mesh('lost');
  const policies = await done(['get', 'mt', '-m', 'lost', '-o', 'json']);
  await done(['delete', 'mesh', 'lost']);
  const { change } = await newest();
  for (const back of [
    ['--to', String(good.position), '-m', 'lost'],
    ['--undo', change.id],
  ]) {
    const refused = await run(['rollback', ...back, '--yes']);
    expect(refused).toMatchObject({ status: 1, out: '' });
    expect(refused.err).toContain('what these secrets held then cannot be read any more');
    expect(refused.err).toMatch(/\* Secret "dataplane-token-signing-key-lost-1" in mesh "lost": was deleted/);
    expect((await run(['get', 'mesh', 'lost'])).status, 'nothing was applied').toBe(1);
  }
  await done(['rollback', '--undo', change.id, '--leave-secrets', '--yes']);
  const withoutTimes = (json: string) => json.replace(/"(creation|modification)Time": "[^"]*",?/g, '');
  expect(withoutTimes(await done(['get', 'mt', '-m', 'lost', '-o', 'json']))).toBe(withoutTimes(policies));
  expect(await done(['get', 'secrets', '-m', 'lost']), 'it has a key of its own again').toContain('signing-key');
});

test('a secret cannot go back; one that is newer stays', async () => {
  const secret = (name: string, data: string) => `{ type: Secret, mesh: default, name: ${name}, data: ${data} }`;
  await apply(secret('old', 'AAAA'));
  const { position } = await newest();
  await apply(`${secret('old', 'BBBB')}\n---\n${secret('new', 'CCCC')}`);
  const refused = await run(['rollback', '--to', String(position), '--yes']);
  expect(refused).toMatchObject({ status: 1, out: '' });
  expect(refused.err).toContain('* Secret "old" in mesh "default": was changed');
  const left = await run(['rollback', '--to', String(position), '--leave-secrets', '--yes']);
  expect(left).toMatchObject({ status: 0, out: '' });
  expect(left.err).toContain('note: Secret "new" in mesh "default" is newer: it stays');
  expect(await done(['get', 'secret', 'old', '-o', 'yaml'])).toContain('data: BBBB');
  const named = await run(['rollback', 'secret', 'new', '--to', String(position), '--yes']);
  expect(named).toMatchObject({ status: 1, err: expect.stringContaining('error: nothing was changed') });
});

test('what the control plane refuses is told, and nothing of the rest is applied', async () => {
  const before = await newest();
  await mesh('used');
  const inbound = '{ port: 80, tags: { kuma.io/service: web } }';
  await apply(`{ type: Dataplane, mesh: used, name: web, networking: { address: 10.0.0.1, inbound: [${inbound}] } }`);
  await apply(timeout('default', 'kept', '3s'));
  const { status, out, err } = await run(['rollback', '--to', String(before.position), '--leave-secrets', '--yes']);
  expect({ status, out }).toEqual({ status: 1, out: '' });
  expect(err).toMatch(
    /Nothing was applied.*\n\* Mesh "used": mesh: unable to delete mesh, there are still some dataplanes/,
  );
  expect(await done(['get', 'mt', 'kept'])).toContain('kept');
  await done(['delete', 'dataplane', 'web', '-m', 'used']);
  await done(['rollback', '--to', String(before.position), '--leave-secrets', '--yes']);
  expect((await run(['get', 'mt', 'kept'])).status).toBe(1);
});

test('says what is wrong with where to go back to', async () => {
  const good = await mesh('asked');
  const told = async (...flags: string[]) => (await run(['rollback', ...flags, '--yes'])).err;
  const { position } = await newest();
  expect(await told()).toContain('where to? --to 41');
  expect(await told('--to', 'yesterday')).toContain('It has to be a position of the log as 41, a time as');
  expect(await told('--to', String(position + 1))).toContain(
    `position ${position + 1} is not there yet: the log ends at ${position}`,
  );
  expect(await told('--to', String(good.position - 1))).toContain(
    `is in the middle of a change: --to ${good.position - good.change.size} is before it, --to ${good.position} after it`,
  );
  expect(await told('--to', '6b3b7a0e-0000-4000-8000-000000000000')).toContain('the log has no change');
  expect(await told('--to', '1', '--undo', '1')).toContain("cannot be used with option '--undo");
  expect(await told('--undo', String(position + 7))).toContain('the log has no event at position');
  expect(await told('--undo', '1', '-m', 'asked')).toContain('it goes without TYPE, NAME and --mesh');
  expect(await told('-m', 'askd', '--to', String(position))).toContain('there is no mesh "askd". Did you mean asked?');
  expect(await told('mt', 'on', '-m', 'asked', '--to', String(position))).toContain('Did you mean one?');
  expect(await told('mt', '--to', '1')).toContain('which MeshTimeout?');
  expect((await run(['rollback', '--to', '1'])).err).toContain(
    'there is nobody to ask: --yes goes back without asking',
  );
});

test('--dry-run shows the difference, and changes nothing', async () => {
  const good = await mesh('tried');
  await spoil('tried');
  const { position } = await newest();
  const out = await done(['rollback', '-m', 'tried', '--to', String(good.position), '--dry-run']);
  expect(out).toContain(
    'MeshTimeout "one" in mesh "tried": updated\n  ~ spec.to[0].default.http.requestTimeout: 50ms → 5s\n',
  );
  expect(out).toContain('MeshTimeout "two" in mesh "tried": created\n');
  expect(out).toContain('MeshTimeout "three" in mesh "tried": deleted\n');
  expect(out).toContain('no proxy would get another configuration');
  expect((await newest()).position).toBe(position);
});

test('on a terminal it shows, asks, and goes back upon what was shown only', async () => {
  const good = await mesh('shown');
  await apply(timeout('shown', 'one', '50ms'));
  const back = () =>
    meridianOnTerminal(['rollback', '-m', 'shown', '--to', String(good.position), '--wait'], {
      env: { MERIDIAN_ADDRESS: address },
    });

  const refused = back();
  await refused.said(/back to position \d+/);
  await refused.said(/requestTimeout: 50ms → 5s[\s\S]*go back\? \[y\/N\]/);
  refused.type('n\r');
  expect(await refused.ended).toBe(1);
  expect(refused.output()).toContain('nothing was applied');

  const overtaken = back();
  await overtaken.said(/go back\?/);
  await apply(timeout('shown', 'one', '70ms'));
  overtaken.type('y\r');
  expect(await overtaken.ended).toBe(1);
  expect(overtaken.output()).toMatch(/\* MeshTimeout "one" in mesh "shown": is at "\d+" now/);

  const agreed = back();
  await agreed.said(/go back\?/);
  agreed.type('y\r');
  await agreed.said(/MeshTimeout "one" in mesh "shown" updated/);
  await agreed.said(/0 of 0 proxies have it/);
  expect(await agreed.ended).toBe(0);
});
