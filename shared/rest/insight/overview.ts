import type { ResourceDescriptor } from '../../resource/descriptor.ts';
import type { Resource } from '../../resource/resource.ts';
import { collectionsOf, descriptorOf, requireShown, type RestContext } from '../context.ts';
import { formatOf, listed } from '../crud/read.ts';
import { RestError } from '../errors.ts';
import { ok, type RestRequest, type Route } from '../http.ts';
import { pageAnswer } from '../page.ts';
import type { Stored } from '../ports.ts';
import { flatSpec, type JsonFields, resourceMeta } from '../resourceJson.ts';

/** A proxy or zone together with its insight, under `_overview` and the older `dataplanes+insights`. */
export function overviewRoutes(context: RestContext, descriptor: ResourceDescriptor): Route[] {
  if (descriptor.insight === undefined) return [];
  const insightType = descriptorOf(context, descriptor.insight);
  const list = (path: string): Route => ({
    method: 'GET',
    path,
    title: 'Could not retrieve resources',
    handler: async (request) => {
      const items = await listed(context, descriptor, request, path);
      const insights = await context.reader.list(insightType.type, request.params.mesh);
      const byKey = new Map(insights.map((stored) => [keyText(stored), stored.resource]));
      return ok(
        pageAnswer(request, items, (item) =>
          overview(descriptor, item.resource, insightType, byKey.get(keyText(item.stored))),
        ),
      );
    },
  });
  const single = (path: string): Route => ({
    method: 'GET',
    path,
    title: 'Could not retrieve a resource',
    handler: async (request) => {
      const { mesh = '', name = '' } = request.params;
      const { stored, resource } = await requireShown(context, descriptor, mesh, name);
      requireUniversal(request);
      const { mesh: insightMesh, name: insightName } = stored.resource;
      const insights = await context.reader.get({ type: insightType.type, mesh: insightMesh, name: insightName });
      const insight = insights.find(({ origin }) => origin === stored.origin)?.resource;
      return ok(overview(descriptor, resource, insightType, insight ?? emptyInsight(resource)));
    },
  });
  const aliases = (descriptor.overviewAliases ?? []).map((alias) =>
    descriptor.scope === 'Mesh' ? { path: `/meshes/:mesh/${alias}`, acrossMeshes: `/${alias}` } : { path: `/${alias}` },
  );
  return [
    ...collectionsOf(descriptor).flatMap(({ path, acrossMeshes }) => [
      list(`${path}/_overview`),
      ...(acrossMeshes ? [list(`${acrossMeshes}/_overview`)] : []),
      single(`${path}/:name/_overview`),
    ]),
    ...aliases.flatMap(({ path, acrossMeshes }: { path: string; acrossMeshes?: string }) => [
      list(path),
      ...(acrossMeshes ? [list(acrossMeshes)] : []),
      single(`${path}/:name`),
    ]),
  ];
}

/** No Kubernetes object is an overview: Kuma, too, answers that as a fault of its own. @throws Invalid, RestError */
function requireUniversal({ query }: RestRequest): void {
  if (formatOf(query) === 'universal') return;
  throw new RestError({ status: 500, detail: 'Internal Server Error' });
}

/** The base resource's metadata and KRI, then both parts. The insight's key is missing when there is none. */
function overview(
  descriptor: ResourceDescriptor,
  resource: Resource,
  insightType: ResourceDescriptor,
  insight: Resource | undefined,
): JsonFields {
  return {
    ...resourceMeta(descriptor, resource, `${descriptor.type}Overview`),
    [lowerFirst(descriptor.type)]: flatSpec(descriptor, resource),
    ...(insight && { [lowerFirst(insightType.type)]: flatSpec(insightType, insight) }),
  };
}

/** Alone, an overview without insight shows an empty one. */
function emptyInsight(resource: Resource): Resource {
  return { ...resource, spec: {} };
}

function keyText({ origin, resource }: Stored): string {
  return `${origin}/${resource.mesh}/${resource.name}`;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
