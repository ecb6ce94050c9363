import type { DataplaneSpec } from '../resource/dataplane/spec.ts';
import type { Tags } from '../resource/tags.ts';
import type { Resource } from '../resource/resource.ts';
import type { Violation } from '../resource/violation.ts';
import { Invalid } from './errors.ts';

export type Filter = (resource: Resource) => boolean;

/**
 * What a list is asked for, as Kuma's `pkg/api-server/filters`: `name` is part of the name, `filter[labels.key]` the exact value; Dataplanes
 * also by `tag` and `gateway`. What is given twice counts as it was given last.
 * @param template the route, `/meshes/:mesh/dataplanes`: errors name it.
 * @throws Invalid
 */
export function filterOf({ type }: { readonly type: string }, query: URLSearchParams, template: string): Filter {
  const filters: Filter[] = [];
  const name = query.get('name');
  if (name) filters.push((resource) => resource.name.includes(name));
  filters.push(...labelFilters(query, template));
  if (type === 'Dataplane') filters.push(...dataplaneFilters(query, template));
  return (resource) => filters.every((filter) => filter(resource));
}

function labelFilters(query: URLSearchParams, template: string): Filter[] {
  const wanted = new Map<string, string>();
  const violations: Violation[] = [];
  for (const [parameter, value] of query) {
    if (!parameter.startsWith('filter[')) continue;
    const label = /^filter\[labels\.([^\]]*)\]$/.exec(parameter)?.[1];
    if (label !== undefined) wanted.set(label, value);
    else violations.push({ field: fieldOf(template, parameter), reason: unsupported(parameter) });
  }
  if (violations.length > 0) throw new Invalid(violations);
  return [...wanted].map(
    ([label, value]) =>
      (resource) =>
        resource.labels[label] === value,
  );
}

function unsupported(parameter: string): string {
  const ofLabels = parameter.startsWith('filter[labels.');
  return ofLabels ? 'advanced filters are not supported' : 'filters are only supported on labels';
}

function fieldOf(template: string, parameter: string): string {
  return `${template.replace(/:(\w+)/g, '{$1}')}.${parameter}`;
}

function dataplaneFilters(query: URLSearchParams, template: string): Filter[] {
  const filters: Filter[] = [];
  const wanted = new Map(
    query.getAll('tag').flatMap((tag): [string, string][] => {
      const colon = tag.indexOf(':');
      return colon < 0 ? [] : [[tag.slice(0, colon), tag.slice(colon + 1)]];
    }),
  );
  if (wanted.size > 0) filters.push((resource) => tagSets(resource).some((tags) => hasTags(tags, wanted)));
  const gateway = query.get('gateway');
  if (gateway) filters.push(gatewayFilter(gateway.toLowerCase(), template));
  return filters;
}

/** A part of a value will do, and `*` is any. */
function hasTags(tags: Tags, wanted: ReadonlyMap<string, string>): boolean {
  return [...wanted].every(([key, value]) => {
    const present = tags[key];
    return present !== undefined && (value === '*' || present.includes(value));
  });
}

/** The tags of the gateway, or of each inbound: tags that are asked for together must be of one of them. */
function tagSets({ spec }: Resource): Tags[] {
  const { gateway, inbound = [] } = (spec as DataplaneSpec).networking;
  return gateway ? [gateway.tags] : inbound.map(({ tags }) => tags ?? {});
}

function gatewayFilter(value: string, template: string): Filter {
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
      throw new Invalid([
        {
          field: fieldOf(template, 'gateway'),
          reason: `shoud use \`true\`, \`false\`, 'builtin' or 'delegated' instead of ${value}`,
        },
      ]);
  }
}
