import type { Command } from 'commander';
import { z } from 'zod';
import { fetchCatalog, findType, itemPath, type ResourceType } from './catalog.ts';
import { CliError } from './cliError.ts';
import { ApiError, type Connection } from './connection.ts';
import { readDocuments, type ResourceDocument } from './documents.ts';
import { type CliDeps, type ConnectionFlags, connectionOf, verb } from './verb.ts';

const putAnswer = z.looseObject({ warnings: z.array(z.string()).optional() }).catch({});

interface Planned {
  readonly document: ResourceDocument;
  readonly type: ResourceType;
  readonly mesh: string;
}

interface ApplyFlags extends ConnectionFlags {
  readonly file: string[];
  readonly message?: string;
  readonly dryRun?: boolean;
}

/** `meridian apply -f FILE|DIR|URL|-`: creates or replaces resources; nothing is sent unless every document can be read. */
export function applyCommand(deps: CliDeps): Command {
  return verb('apply', deps)
    .description('create or replace resources from YAML or JSON')
    .requiredOption('-f, --file <source>', 'file, folder, URL or - for the standard input; repeatable', collect, [])
    .option('-m, --message <text>', 'why: kept in the log with the change')
    .option('--dry-run', 'only read the documents and find their types')
    .action(async (flags: ApplyFlags) => {
      const connection = connectionOf(flags, deps);
      const lists = await Promise.all(flags.file.map((source) => readDocuments(source, deps.stdin)));
      const plan = planApply(lists.flat(), await fetchCatalog(connection));
      for (const one of plan) {
        if (flags.dryRun) deps.out(`${describe(one)} would be applied\n`);
        else await put(connection, one, flags.message, deps);
      }
    });
}

function collect(value: string, previous: string[]): string[] {
  return [...previous, value];
}

/** Meshes first, since the others stand in them; otherwise in the order written. */
export function planApply(documents: readonly ResourceDocument[], catalog: readonly ResourceType[]): Planned[] {
  const plan = documents.map((document) => {
    try {
      const type = findType(catalog, document.body.type);
      return { document, type, mesh: type.scope === 'Mesh' ? (document.body.mesh ?? 'default') : '' };
    } catch (cause) {
      throw cause instanceof CliError ? new CliError(`${document.where}: ${cause.message}`) : cause;
    }
  });
  const isMesh = (one: Planned) => one.type.name === 'Mesh';
  return [...plan.filter(isMesh), ...plan.filter((one) => !isMesh(one))];
}

async function put(connection: Connection, one: Planned, message: string | undefined, deps: CliDeps): Promise<void> {
  const { document, type, mesh } = one;
  const body =
    type.scope === 'Mesh' ? { ...document.body, type: type.name, mesh } : { ...document.body, type: type.name };
  try {
    const answer = await connection.send('PUT', itemPath(type, mesh, document.body.name), {
      body,
      ...(message ? { query: { message } } : {}),
    });
    deps.out(`${describe(one)} ${answer.status === 201 ? 'created' : 'updated'}\n`);
    for (const warning of putAnswer.parse(answer.body).warnings ?? []) deps.err(`warning: ${warning}\n`);
  } catch (cause) {
    if (cause instanceof ApiError)
      throw new CliError(`${document.where}: ${describe(one)} was refused: ${cause.message}`);
    throw cause;
  }
}

function describe({ document, type, mesh }: Planned): string {
  return mesh ? `${type.name} "${document.body.name}" in mesh "${mesh}"` : `${type.name} "${document.body.name}"`;
}
