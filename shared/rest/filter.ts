import type { DataplaneSpec, Tags } from '../resource/dataplane/spec.ts';
import type { ResourceDescriptor } from '../resource/descriptor.ts';
import type { Resource } from '../resource/resource.ts';
import { BadRequest, Invalid } from './errors.ts';

export type Filter = (resource: Resource) => boolean;

/**
 * What a list is asked for (kumactl-api §4.2): `name` is part of the name, `filter[labels.key]` the exact value; Dataplanes
 * also by `tag` and `gateway`.
 * @param template the route, `/meshes/:mesh/dataplanes`: errors name it.
 * @throws Invalid, BadRequest
 */
export function filterOf(descriptor: ResourceDescriptor, query: URLSearchParams, template: string): Filter {
  const filters: Filter[] = [];
  const name = query.get('name');
  if (name) filters.push((resource) => resource.name.includes(name));
  for (const [parameter, value] of query) {
    if (parameter.startsWith('filter')) filters.push(labelFilter(parameter, value, template));
  }
  if (descriptor.type === 'Dataplane') filters.push(...dataplaneFilters(query));
  return (resource) => filters.every((filter) => filter(resource));
}

function labelFilter(parameter: string, value: string, template: string): Filter {
  const label = /^filter\[labels\.([^\]]+)\]$/.exec(parameter)?.[1];
  if (label === undefined) {
    const field = `${template.replace(/:(\w+)/g, '{$1}')}.${parameter}`;
    throw new Invalid(
      [{ field, reason: 'unsupported filter, use filter[labels.<key>]=<value>' }],
      undefined,
      'Invalid filter',
    );
  }
  return (resource) => resource.labels[label] === value;
}

function dataplaneFilters(query: URLSearchParams): Filter[] {
  const filters: Filter[] = [];
  const wanted = query.getAll('tag').flatMap((tag): [string, string][] => {
    const colon = tag.indexOf(':');
    return colon < 0 ? [] : [[tag.slice(0, colon), tag.slice(colon + 1)]];
  });
  if (wanted.length > 0) {
    filters.push((resource) =>
      tagSets(resource).some((tags) => wanted.every(([key, value]) => tags[key]?.includes(value))),
    );
  }
  const gateway = query.get('gateway');
  if (gateway) filters.push(gatewayFilter(gateway));
  return filters;
}

/** The tags of the gateway, or of each inbound: tags that are asked for together must be of one of them. */
function tagSets({ spec }: Resource): Tags[] {
  const { gateway, inbound = [] } = (spec as DataplaneSpec).networking;
  return gateway ? [gateway.tags] : inbound.map(({ tags }) => tags ?? {});
}

function gatewayFilter(value: string): Filter {
  const typeOf = ({ spec }: Resource) => {
    const { gateway } = (spec as DataplaneSpec).networking;
    return gateway && (gateway.type ?? 'DELEGATED');
  };
  switch (value) {
    case 'true':
      return (resource) => typeOf(resource) !== undefined;
    case 'false':
      return (resource) => typeOf(resource) === undefined;
    case 'builtin':
      return (resource) => typeOf(resource) === 'BUILTIN';
    case 'delegated':
      return (resource) => typeOf(resource) === 'DELEGATED';
    default:
      throw new BadRequest(`bad request: gateway is true, false, builtin or delegated, not "${value}"`);
  }
}
