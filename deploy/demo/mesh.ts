import type { Connection } from '../../global/cli/connection.ts';

export const MESH = 'default';

/** Any resource as the REST API takes it. */
export type RestBody = { readonly type: string; readonly name: string; readonly mesh?: string } & Readonly<
  Record<string, unknown>
>;

/** mTLS with a CA of our own, callers prefer the zone they are in. */
const mesh: RestBody = {
  type: 'Mesh',
  name: MESH,
  mtls: { enabledBackend: 'ca-1', backends: [{ name: 'ca-1', type: 'builtin' }] },
  routing: { localityAwareLoadBalancing: true },
};

/** The same, and calls leave a zone by its egress. */
export const meshThroughEgress: RestBody = {
  ...mesh,
  routing: { localityAwareLoadBalancing: true, zoneEgress: true },
};

/** With mTLS nobody may call anybody until something allows it. */
const allowAll: RestBody = {
  type: 'MeshTrafficPermission',
  mesh: MESH,
  name: 'allow-all',
  spec: { targetRef: { kind: 'Mesh' }, from: [{ targetRef: { kind: 'Mesh' }, default: { action: 'Allow' } }] },
};

/** `frontend` may not call `backend`; more specific than allow-all, so it wins. */
export const denyFrontend: RestBody = {
  type: 'MeshTrafficPermission',
  mesh: MESH,
  name: 'deny-frontend',
  spec: {
    targetRef: { kind: 'MeshSubset', tags: { 'kuma.io/service': 'backend' } },
    from: [{ targetRef: { kind: 'MeshSubset', tags: { 'kuma.io/service': 'frontend' } }, default: { action: 'Deny' } }],
  },
};

/** `/split` is divided among v1 and v2, `/renamed` arrives as `/original`. */
export const splitAndRewrite: RestBody = {
  type: 'MeshHTTPRoute',
  mesh: MESH,
  name: 'backend-route',
  spec: {
    targetRef: { kind: 'MeshSubset', tags: { 'kuma.io/service': 'frontend' } },
    to: [
      {
        targetRef: { kind: 'MeshService', name: 'backend' },
        rules: [
          {
            matches: [{ path: { type: 'PathPrefix', value: '/split' } }],
            default: {
              backendRefs: [
                { kind: 'MeshServiceSubset', name: 'backend', tags: { version: 'v1' }, weight: 50 },
                { kind: 'MeshServiceSubset', name: 'backend', tags: { version: 'v2' }, weight: 50 },
              ],
            },
          },
          {
            matches: [{ path: { type: 'PathPrefix', value: '/only-v2' } }],
            default: { backendRefs: [{ kind: 'MeshServiceSubset', name: 'backend', tags: { version: 'v2' } }] },
          },
          {
            matches: [{ path: { type: 'PathPrefix', value: '/renamed' } }],
            default: {
              filters: [
                {
                  type: 'URLRewrite',
                  urlRewrite: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/original' } },
                },
              ],
            },
          },
        ],
      },
    ],
  },
};

/**
 * `/v3` and `/v4` go to those versions only. Connections between zones stay with the instance that they reached (the ingress
 * sees TLS, not requests), so this is how one certain instance behind them is called.
 */
export const versionRoutes: RestBody = {
  type: 'MeshHTTPRoute',
  mesh: MESH,
  name: 'backend-versions',
  spec: {
    targetRef: { kind: 'MeshSubset', tags: { 'kuma.io/service': 'frontend' } },
    to: [
      {
        targetRef: { kind: 'MeshService', name: 'backend' },
        rules: ['v3', 'v4'].map((version) => ({
          matches: [{ path: { type: 'PathPrefix', value: `/${version}` } }],
          default: { backendRefs: [{ kind: 'MeshServiceSubset', name: 'backend', tags: { version } }] },
        })),
      },
    ],
  },
};

/** Calls of `frontend` to `backend` are given up after half a second. */
export const shortTimeout: RestBody = {
  type: 'MeshTimeout',
  mesh: MESH,
  name: 'backend-timeout',
  spec: {
    targetRef: { kind: 'MeshSubset', tags: { 'kuma.io/service': 'frontend' } },
    to: [{ targetRef: { kind: 'MeshService', name: 'backend' }, default: { http: { requestTimeout: '500ms' } } }],
  },
};

const COLLECTIONS: Readonly<Record<string, string>> = {
  MeshTrafficPermission: 'meshtrafficpermissions',
  MeshHTTPRoute: 'meshhttproutes',
  MeshTimeout: 'meshtimeouts',
};

/** REST path of a resource. */
export function pathOf({ type, name, mesh: of }: RestBody): string {
  if (type === 'Mesh') return `/meshes/${name}`;
  return `/meshes/${of}/${COLLECTIONS[type]}/${name}`;
}

/** PUT. @returns the moment of the answer (performance.now). @throws ApiError */
export async function put(api: Connection, resource: RestBody): Promise<number> {
  await api.send('PUT', pathOf(resource), { body: resource });
  return performance.now();
}

/** DELETE. @returns the moment of the answer (performance.now). @throws ApiError */
export async function remove(api: Connection, resource: RestBody): Promise<number> {
  await api.send('DELETE', pathOf(resource));
  return performance.now();
}

/** What the demo's mesh is, all written on global. */
export async function createMesh(api: Connection): Promise<void> {
  await put(api, mesh);
  await put(api, allowAll);
}
