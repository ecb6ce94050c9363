import { decide } from '../../event/decide.ts';
import { keyOf } from '../../resource/resource.ts';
import { authorOf } from '../crud/author.ts';
import type { CheckedPut } from '../crud/checkPut.ts';
import { dryRunProxies, isDryRun } from '../crud/dryRun.ts';
import { etagOf } from '../crud/precondition.ts';
import type { RestContext } from '../context.ts';
import { BadRequest } from '../errors.ts';
import { type Answer, ok, type RestRequest, type Route } from '../http.ts';
import type { ResourceWriter } from '../ports.ts';
import { type CheckedDeletion, checkDeletions } from './checkDeletions.ts';
import { checkDocuments } from './checkDocuments.ts';
import { CHANGE } from './describe.ts';
import { changeBodyOf } from './documents.ts';
import { requirePreconditions } from './preconditions.ts';
import { resourceDiff } from './resourceDiff.ts';
import { type UnknownField, unknownFieldsOf } from './unknownFields.ts';

/** `POST /changes`: several resources written and deleted as one change, all or nothing. Ours; Kuma has a PUT and a DELETE for each. */
export function changeRoutes(context: RestContext): Route[] {
  const { putAll } = context.writer;
  if (!putAll) return [];
  const unknownFields = unknownFieldsOf();
  return [
    {
      method: 'POST',
      path: '/changes',
      title: 'Could not process a change',
      description: CHANGE,
      handler: (request) => change({ context, putAll, unknownFields }, request),
    },
  ];
}

interface Deps {
  readonly context: RestContext;
  readonly putAll: NonNullable<ResourceWriter['putAll']>;
  readonly unknownFields: ReturnType<typeof unknownFieldsOf>;
}

/** A document that may be written, and what of it is dropped. */
type Looked = CheckedPut & { readonly unknown: readonly UnknownField[] };

async function change({ context, putAll, unknownFields }: Deps, request: RestRequest): Promise<Answer> {
  const { documents, deletions, ...conditions } = changeBodyOf(request.body);
  const puts = await checkDocuments(context, documents, request);
  const deleted = await checkDeletions(context, deletions, puts, request);
  const checked = puts.map((one) => ({
    ...one,
    unknown: unknownFields(one.descriptor, documents[one.place] ?? {}),
  }));
  const precondition = () => requirePreconditions(conditions, checked, deleted);
  if (isDryRun(request)) {
    precondition();
    return tried(context, checked, deleted, request);
  }
  const idempotency = idempotencyOf(request);
  const written = await putAll({
    puts: checked.map(({ existing, ...put }) => ({ ...put, existing: existing?.stored })),
    removals: deleted.map(({ descriptor, key, existing }) => ({
      descriptor,
      key,
      expectedVersion: existing?.stored.version ?? 0,
    })),
    author: authorOf(request),
    precondition,
    ...(idempotency && { idempotency }),
  });
  const { statuses, change: id, position } = written;
  return {
    status: 200,
    body: {
      ...(id !== undefined && { change: id }),
      ...(position !== undefined && { position }),
      resources: [...checked.map((one, i) => ({ ...named(one), status: statuses[i] })), ...deleted.map(gone)],
    },
    ...(position !== undefined && { headers: { 'x-meridian-position': String(position) } }),
  };
}

/** What it would do to the resources, field by field, and, unless `proxies=false`, to the proxies. */
async function tried(
  context: RestContext,
  checked: readonly Looked[],
  deleted: readonly CheckedDeletion[],
  request: RestRequest,
): Promise<Answer> {
  const written = checked.map((one) => ({
    ...named(one),
    status: decide({ kind: 'put', resource: one.resource }, one.existing?.stored, context.now()).status,
    ...(one.existing && { etag: etagOf(one.existing.stored) }),
    diff: resourceDiff(one),
  }));
  const removed = deleted.map((one) => ({
    ...gone(one),
    ...(one.existing && { etag: etagOf(one.existing.stored) }),
    diff: [],
  }));
  const resources = [...written, ...removed];
  const writes = [
    ...checked.map(({ resource }) => ({ key: keyOf(resource), resource })),
    ...deleted.map(({ key }) => ({ key, resource: null })),
  ];
  const proxies = request.query.get('proxies') === 'false' ? undefined : dryRunProxies(context, request, writes);
  return ok({ dryRun: { resources, ...(proxies && { proxies: await proxies }) } });
}

function named({ resource: { type, mesh, name }, warnings, unknown }: Looked): object {
  return {
    type,
    ...(mesh && { mesh }),
    name,
    ...(warnings.length > 0 && { warnings }),
    ...(unknown.length > 0 && { unknownFields: unknown }),
  };
}

function gone({ key: { type, mesh, name } }: CheckedDeletion): object {
  return { type, ...(mesh && { mesh }), name, status: 'deleted' };
}

/** `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header). @throws BadRequest */
function idempotencyOf({ headers, body }: RestRequest): { key: string; body: string } | undefined {
  const key = headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (!/^[\x21-\x7e]{1,128}$/.test(key))
    throw new BadRequest('bad request: Idempotency-Key has to be 1 to 128 printable ASCII characters without spaces');
  return { key, body };
}
