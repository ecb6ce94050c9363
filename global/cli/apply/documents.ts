import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { LineCounter, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { CliError } from '../cliError.ts';
import { offsetOf } from './offsetOf.ts';
import { withVariables } from './variables.ts';

const resourceDocument = z.looseObject({
  type: z.string().min(1),
  name: z.string().min(1),
  mesh: z.string().optional(),
});

/** A place in what somebody wrote. */
export interface Place {
  /** `mesh.yaml:12:3` */
  readonly where: string;
  readonly line: number;
  readonly column: number;
  /** The line itself. */
  readonly text: string;
}

/** The line, and below it a mark at the column. */
export function excerpt({ line, column, text }: Place): string {
  const number = String(line).padStart(5);
  return `${number} | ${text}\n${' '.repeat(number.length)} | ${' '.repeat(column - 1)}^`;
}

/** One resource as somebody wrote it, and where: `mesh.yaml:12`. */
export interface ResourceDocument {
  readonly where: string;
  /** Where a field is written, or what is nearest around it. @param field `spec.to[0].default` */
  readonly locate: (field: string) => Place;
  readonly body: z.infer<typeof resourceDocument>;
}

interface ReadOptions {
  readonly stdin: () => Promise<string>;
  readonly recursive: boolean;
  /** Values of `{{ key }}`. */
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * Reads what `apply -f` names: a file, `-` for the standard input, an http(s) URL, or a folder (its .yaml, .yml and
 * .json files in order of name, on request those of inner folders too). One file may hold several documents. All are read before anything is
 * sent. Lines are those of the text with the variables' values in it.
 * @throws CliError naming file and line.
 */
export async function readDocuments(
  source: string,
  { stdin, recursive, variables }: ReadOptions,
): Promise<ResourceDocument[]> {
  const parse = (text: string, where: string) => parseDocuments(withVariables(text, variables, where), where);
  if (source === '-') return parse(await stdin(), 'standard input');
  if (/^https?:\/\//.test(source)) return parse(await download(source), source);
  const files = await filesOf(source, recursive);
  const lists = await Promise.all(files.map(async (file) => parse(await readFile(file, 'utf8'), file)));
  return lists.flat();
}

async function filesOf(path: string, recursive: boolean): Promise<string[]> {
  const info = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    throw new CliError(`${path}: ${cause.code === 'ENOENT' ? 'there is no such file or folder' : cause.message}`);
  });
  if (!info.isDirectory()) return [path];
  const files = (await readdir(path, { recursive })).filter((name) => /\.(ya?ml|json)$/.test(name)).sort();
  if (files.length === 0) throw new CliError(`${path}: the folder holds no .yaml, .yml or .json file`);
  return files.map((name) => join(path, name));
}

async function download(url: string): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(10_000) }).catch((cause: Error) => {
    throw new CliError(`${url}: ${cause.cause instanceof Error ? cause.cause.message : cause.message}`);
  });
  if (!response.ok) throw new CliError(`${url}: answered ${response.status}`);
  return response.text();
}

/** @param source its name, for errors */
function parseDocuments(text: string, source: string): ResourceDocument[] {
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false });
  const documents: ResourceDocument[] = [];
  const placeOf = (offset: number): Place => {
    const { line, col: column } = lines.linePos(offset);
    const start = lines.lineStarts[line - 1] ?? 0;
    const written = text.slice(start, lines.lineStarts[line]).trimEnd();
    return { where: `${source}:${line}:${column}`, line, column, text: written };
  };
  for (const document of Array.isArray(parsed) ? parsed : []) {
    const line = lines.linePos(document.contents?.range?.[0] ?? document.range[0]).line;
    const at = `${source}:${line}`;
    const [problem] = document.errors;
    if (problem) {
      const place = placeOf(problem.pos[0]);
      throw new CliError(`${place.where}: ${problem.message}\n${excerpt(place)}`);
    }
    const value: unknown = document.toJS();
    if (value === null || value === undefined) continue;
    const page = pageOf(value);
    const parts = page ? page.map((item, i) => ({ item, place: `items[${i}]` })) : [{ item: value, place: '' }];
    for (const { item, place } of parts) {
      const locate = (field: string) => placeOf(offsetOf(document, [place, field].filter(Boolean).join('.')));
      const where = place ? `${source}:${locate('').line}` : at;
      const result = resourceDocument.safeParse(item);
      if (!result.success) {
        const issue = result.error.issues[0];
        const what = issue?.path.join('.') || 'the document';
        throw new CliError(`${where}: not a resource: ${what} ${wanted(issue?.path[0])}`);
      }
      documents.push({ where, body: result.data, locate });
    }
  }
  if (documents.length === 0) throw new CliError(`${source}: no document in it`);
  return documents;
}

/** The resources of a page, as `get TYPE -o yaml` prints it; `undefined` for anything else. */
function pageOf(value: unknown): readonly unknown[] | undefined {
  const { type, items } = Object(value) as { readonly type?: unknown; readonly items?: unknown };
  return type === undefined && Array.isArray(items) ? items : undefined;
}

function wanted(field: PropertyKey | undefined): string {
  if (field === 'type') return 'has to name the resource type, as in "type: MeshTimeout"';
  if (field === 'name') return 'has to name the resource, as in "name: my-timeout"';
  if (field === 'mesh') return 'has to be the name of a mesh';
  return 'has to be a map with type and name';
}
