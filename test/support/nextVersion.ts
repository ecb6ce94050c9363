import { cpSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { folderOf, type Ground } from '../../deploy/demo/ground.ts';
import { ROOT } from '../../deploy/demo/tools.ts';
import { EVENT_SCHEMA } from '../../shared/event/event.ts';

/** What the next version calls itself. */
export const NEXT_VERSION = '99.0.0';
/** A policy that only the next version knows; of the form of a MeshRetry, whose settings it goes above. */
export const NEXT_TYPE = 'MeshReprise';
export const NEXT_PATH = 'meshreprises';
/** The next version writes it in a form of its own. */
export const NEXT_FORM_TYPE = 'MeshCircuitBreaker';

const PROGRAM = ['deploy', 'global', 'http', 'nats', 'runtime', 'shared', 'zone', 'package.json'];
/** As they are in this checkout: much, and the same. */
const LINKED = ['node_modules', 'shared/xds/gen'];
const MIGRATIONS = 'global/log/migrations';

const made = new WeakMap<Ground, string>();

/**
 * Another build of the program, as its next version might be: one more type of policy, one more field in one that there is, one type
 * whose events are in a new form, one more migration, and more in what zones say of themselves. Made of copies of our sources.
 * @returns its folder, for `ControlPlane.of`
 */
export function nextVersion(ground: Ground): string {
  const known = made.get(ground);
  if (known) return known;
  const build = folderOf(ground, 'next-version');
  for (const part of PROGRAM) cpSync(join(ROOT, part), join(build, part), { recursive: true, filter: isOfProgram });
  for (const part of LINKED) symlinkSync(join(ROOT, part), join(build, part));
  const edit = (file: string, edits: Readonly<Record<string, string>>) => editFile(join(build, file), edits);

  const { version: ours } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  edit('package.json', { [`"version": "${ours}"`]: `"version": "${NEXT_VERSION}"` });
  addType(build, edit);
  edit('shared/policy/meshretry/schema.ts', {
    '  perTryTimeout: duration.optional(),':
      '  perTryTimeout: duration.optional(), perTryIdleTimeout: duration.optional(),',
  });
  edit('shared/policy/meshretry/retryPolicy.ts', {
    'function attempts({ numRetries,': 'function attempts({ perTryIdleTimeout, numRetries,',
    '    ...(perTryTimeout ?':
      '    ...(perTryIdleTimeout ? { perTryIdleTimeout: envoyDuration(perTryIdleTimeout) } : {}), ...(perTryTimeout ?',
  });
  edit('shared/event/event.ts', { [`EVENT_SCHEMA = ${EVENT_SCHEMA};`]: `EVENT_SCHEMA = ${EVENT_SCHEMA + 1};` });
  // Differs from what was written, so that whoever takes one for the other is found out.
  const upcast = `(data) => ({ ...data, labels: { 'next.version/form': 'upcast', ...data.labels } })`;
  edit('shared/event/upcast.ts', { 'UPCASTERS: Upcasters = {}': `UPCASTERS = { ${EVENT_SCHEMA}: ${upcast} }` });
  edit('global/log/append.ts', {
    'schema: EVENT_SCHEMA,': `schema: key.type === '${NEXT_FORM_TYPE}' ? EVENT_SCHEMA : EVENT_SCHEMA - 1,`,
  });
  const migrations = readdirSync(join(build, MIGRATIONS)).sort();
  const next = String(Number.parseInt(migrations.at(-1) ?? '', 10) + 1).padStart(6, '0');
  writeFileSync(join(build, MIGRATIONS, `${next}.sql`), 'ALTER TABLE event ADD COLUMN note text;\n');
  edit('zone/status/ownStatus.ts', {
    '      startedAt,\n': "      startedAt,\n      mood: { of: 'the next version' },\n",
  });
  edit('zone/replica/provision.ts', {
    'JSON.stringify(hello)': "JSON.stringify({ speaks: ['the next version'], ...hello })",
  });
  made.set(ground, build);
  return build;
}

type Edit = (file: string, edits: Readonly<Record<string, string>>) => void;

/** A folder, and nothing else: so types are added (CONTRIBUTING.md). */
function addType(build: string, edit: Edit): void {
  const folder = join(build, 'shared/policy');
  cpSync(join(folder, 'meshretry'), join(folder, 'meshreprise'), { recursive: true });
  edit('shared/policy/meshreprise/index.ts', {
    "type: 'MeshRetry'": `type: '${NEXT_TYPE}'`,
    "path: 'meshretries'": `path: '${NEXT_PATH}'`,
    "shortName: 'mr'": "shortName: 'mrp'",
    'order: 1400': 'order: 1401',
  });
  edit('shared/policy/meshreprise/apply.ts', {
    'route.retryPolicy = policy': 'route.retryPolicy = { ...route.retryPolicy, ...policy }',
  });
}

function isOfProgram(path: string): boolean {
  const file = relative(ROOT, path);
  return !LINKED.includes(file) && !file.endsWith('.test.ts') && !file.endsWith('/testdata');
}

/** @throws Error when a text is not there: the sources have changed, and what is made of them here must, too */
function editFile(file: string, edits: Readonly<Record<string, string>>): void {
  let text = readFileSync(file, 'utf8');
  for (const [from, to] of Object.entries(edits)) {
    if (!text.includes(from)) throw new Error(`${file} has no "${from}" that the next version could change`);
    text = text.replaceAll(from, to);
  }
  writeFileSync(file, text);
}
