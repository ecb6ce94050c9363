import { describe, expect, it } from 'vitest';
import type { InboundRules } from '../rules.ts';
import { deniedByTag, type Groups } from './groups.ts';
import { uriSanRegex } from './matcher.ts';
import { permissions } from './rbac.ts';
import type { MeshTrafficPermissionConf } from './schema.ts';

/** What Envoy compares: every URI of a certificate, joined by commas; RE2 always matches the whole text. */
function isMatch(spiffeID: { type: 'Exact' | 'Prefix'; value: string }, uris: readonly string[]): boolean {
  return new RegExp(`^(?:${uriSanRegex(spiffeID)})$`).test(uris.join(','));
}

const sidecar = ['spiffe://default/admin', 'spiffe://default/web', 'kuma://env/prod', 'kuma://kuma.io/service/web'];

describe('a SPIFFE ID among the URIs of a certificate', () => {
  it.each([
    ['Exact', 'spiffe://default/admin', true],
    ['Exact', 'spiffe://default/web', true],
    ['Exact', 'spiffe://default/we', false],
    ['Exact', 'spiffe://default', false],
    ['Exact', 'spiffe://default/we.', false],
    ['Exact', 'spiffe://default/web/v2', false],
    ['Prefix', 'spiffe://default/', true],
    ['Prefix', 'spiffe://default/w', true],
    ['Prefix', 'spiffe://other/', false],
    ['Prefix', 'spiffe://defaul./', false],
    ['Prefix', 'default/', false],
  ] as const)('%s %s: %s', (type, value, expected) => {
    expect(isMatch({ type, value }, sidecar)).toBe(expected);
  });

  it('is found in a certificate that has only one', () => {
    expect(isMatch({ type: 'Exact', value: 'spiffe://default/web' }, ['spiffe://default/web'])).toBe(true);
  });
});

describe('permissions of an inbound', () => {
  it('nothing configured: nobody may', () => {
    expect(permissions({ id: '', all: undefined, matched: [], from: [] }, 'default')).toEqual({ rules: {} });
  });

  it('puts every deny before every allow, whatever the order of the policies', () => {
    const spiffeID = (value: string) => ({ spiffeID: { type: 'Exact', value } }) as const;
    const rule = (conf: MeshTrafficPermissionConf) => ({ conf, origins: [], match: undefined });
    const rules: InboundRules<MeshTrafficPermissionConf> = {
      id: 'x',
      all: undefined,
      matched: [rule({ allow: [spiffeID('spiffe://m/a')] }), rule({ deny: [spiffeID('spiffe://m/b')] })],
      from: [],
    };
    const branches = permissions(rules, 'm').matcher?.matcherList?.matchers ?? [];
    expect(branches.map(({ onMatch }) => onMatch?.action?.typedConfig)).toMatchObject([
      { action: 'DENY' },
      { action: 'ALLOW' },
    ]);
    expect(permissions(rules, 'm').matcher?.onNoMatch?.action?.typedConfig).toMatchObject({ action: 'DENY' });
  });

  it('leaves whom a `from` denies without naming them to the policies with `rules`', () => {
    const everybody = { subset: { tags: {}, not: [] }, origins: [] };
    const prod = { tags: { env: 'prod' }, not: [] };
    const others = { tags: {}, not: [{ key: 'env', value: 'prod' }] };
    const allowed = {
      conf: { allow: [{ spiffeID: { type: 'Exact', value: 'spiffe://m/a' } }] },
      origins: [],
      match: undefined,
    } as const;
    const actions = (from: InboundRules<MeshTrafficPermissionConf>['from']) =>
      permissions({ id: 'x', all: undefined, matched: [allowed], from }, 'm').matcher?.matcherList?.matchers?.map(
        ({ onMatch }) => (onMatch?.action?.typedConfig as { action?: string } | undefined)?.action,
      );
    expect(actions([])).toEqual(['ALLOW']);
    expect(actions([{ ...everybody, conf: { action: 'Deny' } }])).toEqual(['ALLOW']);
    expect(actions([{ ...everybody, conf: { action: 'Allow' } }])).toEqual(['ALLOW', 'ALLOW']);
    expect(actions([{ ...everybody, subset: prod, conf: { action: 'Deny' } }])).toEqual(['DENY', 'ALLOW']);
    expect(actions([{ ...everybody, subset: others, conf: { action: 'Deny' } }])).toEqual(['ALLOW']);
    expect(actions([{ ...everybody, subset: prod, conf: {} }])).toEqual(['ALLOW']);
  });

  it('denies by `from` who has one of two tags that are wanted, whichever', () => {
    const [app, kong] = [
      { key: 'component', value: 'app' },
      { key: 'name', value: 'kong' },
    ] as const;
    const group = (tags: Record<string, string>, not: (typeof app | typeof kong)[], action: string) => ({
      subset: { tags, not },
      conf: { action },
      origins: [],
    });
    const from = [
      group({ component: 'app', name: 'kong' }, [], 'Allow'),
      group({ component: 'app' }, [kong], 'Deny'),
      group({}, [app], 'Deny'),
    ];
    expect(deniedByTag(from as Groups).map(({ subset }) => subset)).toEqual([
      { tags: { component: 'app' }, not: [kong] },
      { tags: { name: 'kong' }, not: [app] },
    ]);
  });
});
