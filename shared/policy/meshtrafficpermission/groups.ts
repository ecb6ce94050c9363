import type { InboundRules } from '../rules.ts';
import type { MeshTrafficPermissionConf } from './schema.ts';

/** What `from` says of groups of clients. */
export type Groups = InboundRules<MeshTrafficPermissionConf>['from'];

/** Those for which one of these actions is said. */
export function having(groups: Groups, ...actions: string[]): Groups {
  return groups.filter(({ conf }) => actions.includes(conf.action ?? ''));
}

/**
 * Whom a `from` denies by a tag that they have. Of those that it denies without a word of them, these are who have a tag that it names
 * of others: where all are denied but those of two tags, who has one of the two, whichever, as in Kuma.
 */
export function deniedByTag(groups: Groups): Groups {
  const named = new Map(
    groups.flatMap(({ subset }) =>
      Object.entries(subset.tags).map(([key, value]) => [`${key}=${value}`, { key, value }] as const),
    ),
  );
  return having(groups, 'Deny').flatMap((group) => {
    const { tags, not } = group.subset;
    if (Object.keys(tags).length > 0) return [group];
    const without = new Set(not.map(({ key, value }) => `${key}=${value}`));
    const others = [...named].filter(([id]) => !without.has(id));
    return others.map(([, { key, value }]) => ({ ...group, subset: { tags: { [key]: value }, not } }));
  });
}

/** The URI in the certificate of a client that has a tag. */
export function clientUri(key: string, value: string, mesh: string): string {
  return key === 'kuma.io/service' ? `spiffe://${mesh}/${value}` : `kuma://${key}/${value}`;
}
