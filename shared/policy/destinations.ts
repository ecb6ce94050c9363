import type { DataplaneSpec } from '../resource/dataplane/spec.ts';
import type { Registry } from '../resource/registry.ts';
import type { Resource } from '../resource/resource.ts';
import { SERVICE_TAG, type Tags } from '../resource/tags.ts';
import { compareTexts } from '../text/compareTexts.ts';
import type { View } from '../view/view.ts';
import type { Candidate } from './candidate.ts';
import { destinationParts } from './destinationParts.ts';
import { routesOf, type Selection, selectionOf } from './match.ts';
import { mergeConfs, type MergeConfs } from './merge.ts';
import { matchesHash } from './meshhttproute/matchesHash.ts';
import type { RouteMatch } from './meshhttproute/schema.ts';
import { policyIndex } from './policyIndex.ts';
import { entryConf, type PolicyEntry, topTargetRef } from './policySpec.ts';
import { routeIds } from './routeName.ts';
import { ruleOf } from './rule.ts';
import type { Destinations, RuleSubject } from './rules.ts';
import { compareItems, type Item } from './sort.ts';

/** Kuma's name for a tag that no service has: by which set of matches a MeshHTTPRoute sends a request there. */
const MATCHES_TAG = '__rule-matches-hash__';

/** An entry of `to`, once for everything that it is about. */
interface Entry extends Item {
  readonly conf: unknown;
  readonly tags?: Tags;
  readonly resource?: RuleSubject;
}

/** The destinations that the policies of a proxy tell apart. @param zone the proxy's */
export function destinationsOf(
  view: View,
  registry: Registry,
  dataplane: Resource<DataplaneSpec>,
  zone: string,
): Destinations[] {
  return policyIndex(view, registry, dataplane.mesh).types.flatMap(({ descriptor, candidates }): Destinations[] => {
    const entries = candidates.flatMap((candidate) => {
      const selection = selectionOf(view, candidate, dataplane, zone);
      return selection && !selection.rank ? entriesOf(view, candidate, selection) : [];
    });
    if (entries.length === 0) return [];
    const merge = descriptor.mergeConfs ?? mergeConfs;
    const sorted = entries.sort(compareItems);
    return [{ type: descriptor.type, bySubset: bySubset(sorted, merge), byResource: byResource(sorted, merge) }];
  });
}

function bySubset(entries: readonly Entry[], merge: MergeConfs): Destinations['bySubset'] {
  const tagged = entries.filter(({ tags }) => tags !== undefined);
  return destinationParts(tagged.map(({ tags = {} }) => tags)).flatMap(({ subset, covering }) => {
    const rule = ruleOf(
      covering.flatMap((place) => tagged[place] ?? []),
      merge,
    );
    return rule ? [{ subset, rule }] : [];
  });
}

/** What is said of the Mesh is said of every resource in it. */
function byResource(entries: readonly Entry[], merge: MergeConfs): Destinations['byResource'] {
  const named = entries.filter(({ resource }) => resource !== undefined);
  const resources = new Map(named.flatMap(({ resource }) => (resource ? [[textOf(resource), resource]] : [])));
  const rules = [...resources].flatMap(([text, resource]) => {
    const relevant = named.filter((one) => one.resource?.type === 'Mesh' || textOf(one.resource) === text);
    const rule = ruleOf(relevant, merge);
    return rule ? [{ resource, rule }] : [];
  });
  return rules.sort((a, b) => compareTexts(a.resource.name, b.resource.name));
}

function textOf(resource: RuleSubject | undefined): string {
  return JSON.stringify([resource?.type, resource?.name, resource?.labels]);
}

function entriesOf(view: View, candidate: Candidate, selection: Selection): Entry[] {
  const { spec } = candidate.resource;
  const item = (entry: PolicyEntry, index: number) => ({
    candidate,
    targetRef: entry.targetRef,
    index,
    conf: entryConf(entry),
  });
  const entries = spec.to ?? [];
  const ofRoutes = selection.routes && tagsOfRoutes(view, candidate, selection.routes);
  if (ofRoutes) return ofRoutes.flatMap((tags) => entries.map((entry, index) => ({ ...item(entry, index), tags })));
  return entries.flatMap((entry, index) =>
    aboutOf(view, candidate, entry).map((about) => ({ ...item(entry, index), ...about })),
  );
}

/** Of a policy that targets a MeshHTTPRoute: the requests that go by one of its rules. */
function tagsOfRoutes(view: View, candidate: Candidate, ids: readonly string[]): Tags[] {
  const routes = routesOf(view, candidate, topTargetRef(candidate.resource.spec));
  const selected = routes.filter(({ resource }) => routeIds(resource.spec).every((id) => ids.includes(id)));
  return selected.flatMap(({ resource }) =>
    (resource.spec.to ?? []).flatMap(({ targetRef: { kind, name, sectionName }, rules = [] }) =>
      kind === 'MeshService' && name && !sectionName
        ? rules.map(({ matches }) => ({
            [MATCHES_TAG]: matchesHash(matches as readonly RouteMatch[]),
            [SERVICE_TAG]: name,
          }))
        : [],
    ),
  );
}

function aboutOf(view: View, candidate: Candidate, { targetRef }: PolicyEntry): Pick<Entry, 'tags' | 'resource'>[] {
  const { kind, name, sectionName } = targetRef;
  switch (kind) {
    case 'Mesh':
      return [{ tags: {}, resource: { type: 'Mesh', mesh: '', name: candidate.resource.mesh, labels: {} } }];
    case 'MeshService':
      return name && !sectionName ? [{ tags: { [SERVICE_TAG]: name } }] : [];
    case 'MeshHTTPRoute':
      return routesOf(view, candidate, targetRef).map(({ resource: { type, mesh, name, labels } }) => ({
        resource: { type, mesh, name, labels },
      }));
    default:
      return [];
  }
}
