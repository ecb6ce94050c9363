import { sha256Hex } from '../xds/sha256.ts';
import type { Candidate } from './candidate.ts';
import type { MergeConfs } from './merge.ts';
import { entryConf } from './policySpec.ts';
import { routeId } from './routeName.ts';
import { ruleOf } from './rule.ts';
import type { Rule, ToRules } from './rules.ts';
import { compareItems, type Item } from './sort.ts';

/** A policy that selects the proxy, as the `to` side sees it. */
export interface ToPolicy {
  readonly candidate: Candidate;
  /** Ids of the Envoy routes that the policy is confined to (top-level MeshHTTPRoute). */
  readonly routes: readonly string[] | undefined;
  /** Ids of the Envoy routes that an entry of kind MeshHTTPRoute means, by the entry's index. */
  readonly entryRoutes: ReadonlyMap<number, readonly string[]>;
}

export const NO_TO_RULES: ToRules<never> = { id: '', forService: () => undefined, forRoute: () => undefined };

interface ToItem extends Item {
  readonly conf: unknown;
  readonly service: string | undefined;
  readonly routes: readonly string[] | undefined;
}

/** What `toRules` made of these policies is named by this; equal ids mean equal answers. */
export function toRulesId(policies: readonly ToPolicy[]): string {
  const facts = policies
    .filter(({ candidate }) => candidate.resource.spec.to?.length)
    .map(({ candidate, routes, entryRoutes }) => [candidate.id, routes ?? '*', ...entryRoutes]);
  return facts.length > 0 ? sha256Hex(JSON.stringify(facts)).slice(0, 32) : '';
}

/**
 * Resolves the `to` entries of the policies that selected a proxy, by `kuma.io/service`. Entries that select
 * by labels or narrow to a port are about MeshService resources, which tag-based destinations are not.
 */
export function toRules(id: string, policies: readonly ToPolicy[], merge: MergeConfs): ToRules<unknown> {
  if (!id) return NO_TO_RULES;
  const items = policies.flatMap(itemsOf).sort(compareItems);
  const ofServices = items.filter(({ routes }) => !routes);
  const known = new Map<string, Rule<unknown> | undefined>();
  const ruleFor = (covering: readonly ToItem[]) => {
    const key = covering.map((item) => items.indexOf(item)).join();
    if (!known.has(key)) known.set(key, ruleOf(covering, merge));
    return known.get(key);
  };
  const named = new Set(items.map(({ service }) => service).filter((service) => service !== undefined));
  const routed = new Set(items.flatMap(({ routes }) => routes ?? []));
  // most services are named by nobody and share one rule
  const others = ruleFor(ofServices.filter(({ service }) => service === undefined));
  const forService = (service: string) =>
    named.has(service) ? ruleFor(ofServices.filter((item) => covers(item, service))) : others;
  return {
    id,
    forService,
    forRoute: (service, name) => {
      const id = routeId(service, name);
      if (!routed.has(id)) return forService(service);
      return ruleFor(items.filter((item) => covers(item, service) && (!item.routes || item.routes.includes(id))));
    },
  };
}

function covers(item: ToItem, service: string): boolean {
  return item.service === undefined || item.service === service;
}

function itemsOf({ candidate, routes, entryRoutes }: ToPolicy): ToItem[] {
  return (candidate.resource.spec.to ?? []).flatMap((entry, index): ToItem[] => {
    const { targetRef } = entry;
    const item = { candidate, targetRef, index, conf: entryConf(entry), service: undefined, routes };
    switch (targetRef.kind) {
      case 'Mesh':
        return [item];
      case 'MeshService':
        return targetRef.name && !targetRef.sectionName ? [{ ...item, service: targetRef.name }] : [];
      case 'MeshHTTPRoute': {
        const meant = entryRoutes.get(index) ?? [];
        return [{ ...item, routes: routes ? meant.filter((route) => routes.includes(route)) : meant }];
      }
      default:
        return [];
    }
  });
}
