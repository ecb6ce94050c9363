import type { InboundRules } from '../rules.ts';
import type { MeshTrafficPermissionConf } from './schema.ts';

/** What `from` says of groups of clients. */
export type Groups = InboundRules<MeshTrafficPermissionConf>['from'];

/** Those for which one of these actions is said. */
export function having(groups: Groups, ...actions: string[]): Groups {
  return groups.filter(({ conf }) => actions.includes(conf.action ?? ''));
}

/** The URI in the certificate of a client that has a tag. */
export function clientUri(key: string, value: string, mesh: string): string {
  return key === 'kuma.io/service' ? `spiffe://${mesh}/${value}` : `kuma://${key}/${value}`;
}
