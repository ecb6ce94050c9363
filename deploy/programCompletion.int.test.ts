import { symlink, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { type OnTerminal, onTerminal, PROGRAM } from '../test/support/pty.ts';
import { runCli } from '../test/support/runCli.ts';
import { standaloneForTests } from '../test/support/standaloneForTests.ts';
import { tempDir } from '../test/support/tempDir.ts';

let env: Record<string, string>;
let folder: string;

beforeAll(async () => {
  const { url } = await standaloneForTests('completion');
  const { path, remove } = await tempDir('bin');
  folder = path;
  await symlink(PROGRAM, join(path, 'meridian'));
  await writeFile(join(path, 'timeout.yaml'), '');
  const path_ = [path, dirname(process.execPath), process.env.PATH ?? ''].join(delimiter);
  env = { MERIDIAN_ADDRESS: url, PATH: path_, PS1: 'ready> ', INPUTRC: '/dev/null', TERM: 'dumb' };
  return remove;
});

/** Types what was begun and a tab, sees it completed, and makes the line a comment: bash may miss a Ctrl-C while it completes. */
async function tab(shell: OnTerminal, begun: string, rest: string) {
  shell.type(begun);
  await shell.said(new RegExp(`${begun.slice(-4)}$`));
  shell.type('\t');
  await shell.said(new RegExp(`^${rest}`));
  shell.type('\x1b#');
  await shell.said(/\nready> $/);
}

test('bash completes verbs, flags, types, meshes, names, choices and files', async () => {
  const shell = onTerminal(['bash', '--norc', '--noprofile', '-i'], { env });
  await shell.said(/ready> $/);
  shell.type('source <(meridian completion bash); echo sour""ced\n');
  await shell.said(/sourced\s+ready> $/);
  await tab(shell, 'meridian rollo', 'uts ');
  await tab(shell, 'meridian inspect dataplanes', ' ');
  await tab(shell, 'meridian get --wat', 'ch ');
  await tab(shell, 'meridian get meshtimeo', 'uts ');
  await tab(shell, 'meridian inspect services -m defa', 'ult ');
  await tab(shell, 'meridian delete meshtimeouts mesh-timeout-al', 'l-default ');
  await tab(shell, 'meridian status --output=ya', 'ml ');
  await tab(shell, `meridian apply --file ${folder}/timeo`, 'ut.yaml ');
}, 120_000);

test('a control plane that is not there completes nothing, and says nothing', async () => {
  const nowhere = ['--address', 'http://127.0.0.1:1'];
  expect(await runCli(['__complete', '--', 'get', ...nowhere, 'mesh'])).toMatchObject({ status: 0, out: '', err: '' });
});

test('every shell that is offered has a script', async () => {
  for (const shell of ['bash', 'zsh', 'fish'])
    expect((await runCli(['completion', shell])).out).toContain(`# meridian completion for ${shell}`);
  expect((await runCli(['completion', 'cmd'])).err).toContain('Allowed choices are bash, zsh, fish');
});
