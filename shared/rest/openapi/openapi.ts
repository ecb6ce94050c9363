import type { ResourceDescriptor } from '../../resource/descriptor.ts';
import { collectionsOf, publicTypes, type RestContext } from '../context.ts';
import { ok, type Route } from '../http.ts';
import type { JsonSchema } from './jsonSchema.ts';
import { ERROR, pageSchema, resourceSchema } from './schemas.ts';

/** `GET /openapi`: the contract as OpenAPI 3.1, made from the routes and the schemas themselves. Ours. */
export function openApiRoutes(context: RestContext, routes: readonly Route[]): Route[] {
  let document: object | undefined;
  return [
    {
      method: 'GET',
      path: '/openapi',
      title: 'Could not describe the API',
      anonymous: true,
      handler: async () => ok((document ??= openApi(context, routes))),
    },
  ];
}

function openApi(context: RestContext, routes: readonly Route[]): object {
  const types = publicTypes(context);
  const placed = new Map(types.flatMap((type) => collectionsOf(type).flatMap((one) => placesOf(type, one))));
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}').replace('*', '{rest}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route, path, placed.get(route.path)) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Meridian',
      version: context.about.version,
      description: "Kuma's HTTP API, and what Meridian adds to it.",
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    security: [{}, { userToken: [] }],
    paths,
    components: {
      securitySchemes: { userToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      schemas: { Error: ERROR, ...Object.fromEntries(types.map((type) => [type.type, resourceSchema(type)])) },
    },
  };
}

/** Where a type's resources are: one by one, or as a list. */
interface Place {
  readonly type: ResourceDescriptor;
  readonly isList: boolean;
}

function placesOf(type: ResourceDescriptor, { path, acrossMeshes }: ReturnType<typeof collectionsOf>[number]) {
  const places: [string, Place][] = [
    [path, { type, isList: true }],
    [`${path}/:name`, { type, isList: false }],
  ];
  return acrossMeshes ? [...places, [acrossMeshes, { type, isList: true }] as [string, Place]] : places;
}

function operation(
  { method, title, produces = [], description }: Route,
  path: string,
  place: Place | undefined,
): object {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string);
  const reference: JsonSchema = place ? { $ref: `#/components/schemas/${place.type.type}` } : {};
  const answer = description?.answer ?? (place?.isList ? pageSchema(reference) : method === 'GET' ? reference : {});
  const content = Object.fromEntries(
    ['application/json', ...produces].map((type) => [type, { schema: type === 'application/json' ? answer : {} }]),
  );
  const body = method === 'PUT' || method === 'POST';
  return {
    operationId: `${method.toLowerCase()}${path.replace(/[{}]/g, '').replaceAll('/', '.')}`,
    ...(place && { tags: [place.type.type] }),
    parameters: [
      ...names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
      ...(place ? parametersOf(method, place) : []),
      ...(description?.parameters ?? []),
    ],
    ...(body && {
      requestBody: { required: true, content: { 'application/json': { schema: description?.request ?? reference } } },
    }),
    responses: {
      ...(method === 'PUT' && { '201': { description: 'created', content } }),
      '200': { description: 'done', content },
      default: {
        description: title,
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
  };
}

function parametersOf(method: Route['method'], { isList }: Place): object[] {
  const query = (name: string, schema: JsonSchema) => ({ name, in: 'query', schema });
  const header = (name: string) => ({ name, in: 'header', schema: { type: 'string' } });
  if (isList)
    return [
      query('size', { type: 'integer', minimum: 1, maximum: 1000, default: 100 }),
      query('offset', { type: 'integer', minimum: 0 }),
      query('name', { type: 'string' }),
    ];
  if (method === 'GET') return [query('format', { enum: ['universal', 'kubernetes', 'k8s'] }), header('If-None-Match')];
  return [query('dryRun', { type: 'boolean', default: false }), header('If-Match'), header('If-None-Match')];
}
