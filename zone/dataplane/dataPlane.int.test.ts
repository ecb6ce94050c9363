import { describe, expect, it } from 'vitest';
import { freePort, freePorts } from '../../deploy/process/ports.ts';
import {
  app,
  backendAndFrontend,
  get,
  mtls,
  permission,
  resource,
  sidecar,
  until,
  ZONE,
  zoneWith,
} from '../../test/support/dataPlaneForTests.ts';

describe('the data plane', () => {
  it('registers sidecars, and carries requests between them with mTLS', async () => {
    const { zone, plane, metrics } = await zoneWith(mtls);
    const { inbound, outbound } = await backendAndFrontend(plane);
    expect(zone.view.get({ type: 'Dataplane', mesh: 'default', name: 'backend-1' }, ZONE)?.resource).toMatchObject({
      labels: { 'kuma.io/zone': ZONE, 'kuma.io/mesh': 'default' },
      spec: { networking: { inbound: [{ tags: { 'kuma.io/service': 'backend', 'kuma.io/zone': ZONE } }] } },
    });
    expect(
      await until(
        () => get(outbound),
        ({ status }) => status === 200,
      ),
    ).toEqual({ status: 200, body: 'hello' });
    // Plain text is refused: the inbound asks for a certificate of the mesh.
    expect((await get(inbound)).status).toBe(0);

    const denied = zone.global(permission('Deny'));
    await until(
      () => plane.rollouts.get(denied),
      (rollout) => rollout?.complete === true,
    );
    expect((await get(outbound)).status).toBe(403);
    expect(plane.rollouts.get(denied)).toMatchObject({ affected: 2, acknowledged: 2, rejected: [] });
    expect(await metrics.metrics()).toMatch(/meridian_propagation_seconds_count [2-9]/);

    const insight = await until(
      () =>
        zone.view.get({ type: 'DataplaneInsight', mesh: 'default', name: 'backend-1' }, ZONE)?.resource.spec as
          | Record<string, unknown>
          | undefined,
      (spec) => spec?.mTLS !== undefined,
    );
    expect(insight).toMatchObject({
      mTLS: { issuedBackend: 'ca-1', certificateRegenerations: 1 },
      subscriptions: [
        {
          controlPlaneInstanceId: 'cp-1',
          version: { kumaDp: { version: 'test' }, envoy: { version: expect.stringMatching(/^1\.\d+\.\d+$/) } },
        },
      ],
    });
  });

  it('serves its metrics, guarded, and virtual probes, where its mesh and its Dataplane ask for them', async () => {
    const { zone, plane } = await zoneWith(mtls);
    const servicePort = await app('well');
    const [port, metricsPort, probePort, adminPort] = (await freePorts(4)) as [number, number, number, number];
    const dataplane = {
      type: 'Dataplane',
      mesh: 'default',
      name: 'web-1',
      networking: {
        address: '127.0.0.1',
        inbound: [{ port, servicePort, tags: { 'kuma.io/service': 'web', 'kuma.io/protocol': 'http' } }],
      },
      metrics: { type: 'prometheus', conf: { port: metricsPort } },
      probes: { port: probePort, endpoints: [{ inboundPort: servicePort, inboundPath: '/well', path: '/probe' }] },
    };
    await sidecar(plane, dataplane, { adminPort });
    const probed = await until(
      () => get(probePort, '/probe'),
      ({ status }) => status === 200,
    );
    expect(probed.body).toBe('well');
    expect((await get(probePort, '/other')).status).toBe(404);
    expect((await get(metricsPort, '/metrics')).status).toBe(0);

    const envoy = { filterRegex: 'listener_manager', usedOnly: true };
    const backends = [{ name: 'prom', type: 'prometheus', conf: { path: '/metrics', envoy } }];
    zone.global(resource('Mesh', '', 'default', { ...mtls, metrics: { enabledBackend: 'prom', backends } }));
    const scraped = await until(
      () => get(metricsPort, '/metrics'),
      ({ status }) => status === 200,
    );
    expect(scraped.body).toContain('envoy_listener_manager_lds_update_success');
    expect(scraped.body).not.toContain('envoy_cluster_manager');
    expect((await get(metricsPort, '/stats')).status).toBe(404);
    // From elsewhere it takes a certificate of the mesh.
    expect((await get(metricsPort, '/metrics', '127.0.0.2')).status).toBe(0);
    const open = { ...backends[0], conf: { path: '/metrics', skipMTLS: true } };
    zone.global(resource('Mesh', '', 'default', { ...mtls, metrics: { enabledBackend: 'prom', backends: [open] } }));
    const fromElsewhere = await until(
      () => get(metricsPort, '/metrics', '127.0.0.2'),
      ({ status }) => status === 200,
    );
    expect(fromElsewhere.body).toContain('envoy_cluster_manager');
  });

  it('times a single client, known by its certificate', async () => {
    const { zone, plane } = await zoneWith(mtls);
    const { outbound } = await backendAndFrontend(plane, 'late', {}, 1_000);
    const timeout = (type: string, value: string) =>
      zone.global(
        resource('MeshTimeout', 'default', 'clients', {
          rules: [{ matches: [{ spiffeID: { type, value } }], default: { http: { requestTimeout: '0.1s' } } }],
        }),
      );
    const untilStatus = (wanted: number) =>
      until(
        () => get(outbound),
        ({ status }) => status === wanted,
      );
    await untilStatus(200);
    timeout('Exact', 'spiffe://default/frontend');
    await untilStatus(504);
    timeout('Exact', 'spiffe://default/front');
    await untilStatus(200);
    timeout('Prefix', 'spiffe://default/front');
    await untilStatus(504);
    // Not by what it calls.
    timeout('Prefix', 'spiffe://default/backend');
    await untilStatus(200);
  });

  it('asks permissions with `from` and with `rules` about one call', async () => {
    const { zone, plane } = await zoneWith(mtls);
    const { outbound } = await backendAndFrontend(plane);
    const status = (wanted: number) =>
      until(
        () => get(outbound),
        (answer) => answer.status === wanted,
      );
    const from = (action: string, kind: object = { kind: 'Mesh' }) =>
      zone.global(
        resource('MeshTrafficPermission', 'default', 'older', { from: [{ targetRef: kind, default: { action } }] }),
      );
    const allow = (value: string) =>
      zone.global(
        resource('MeshTrafficPermission', 'default', 'newer', {
          rules: [{ default: { allow: [{ spiffeID: { type: 'Exact', value } }] } }],
        }),
      );
    await status(200);
    // The sidecars' certificates have a URI for each tag, too: one of them is looked for.
    const somebodyElse = allow('spiffe://default/somebody-else');
    await until(
      () => plane.rollouts.get(somebodyElse),
      (rollout) => rollout?.complete === true,
    );
    expect((await get(outbound)).status).toBe(200);
    zone.global(permission('Deny'));
    await status(403);
    allow('spiffe://default/frontend');
    await status(200);
    from('Deny', { kind: 'MeshSubset', tags: { 'kuma.io/service': 'frontend' } });
    await status(403);
    from('Deny', { kind: 'MeshSubset', tags: { 'kuma.io/service': 'front' } });
    await status(200);
  });

  it('has a zone proxy register again whose resource was deleted by hand', async () => {
    const { zone, plane } = await zoneWith(mtls);
    const networking = { address: '127.0.0.1', port: await freePort() };
    const egress = { type: 'ZoneEgress', name: 'out', networking };
    const key = { type: 'ZoneEgress', mesh: '', name: 'out' };
    await sidecar(plane, egress, { proxyType: 'egress' });
    expect(zone.view.get(key, ZONE)?.resource.spec).toEqual({ zone: ZONE, networking });
    const first = zone.view.get(key, ZONE)?.version;
    await zone.delete(key);
    const again = await until(
      () => zone.view.get(key, ZONE),
      (entry) => entry !== undefined,
    );
    expect(again?.version).not.toBe(first);
    const insight = await until(
      () => zone.view.get({ ...key, type: 'ZoneEgressInsight' }, ZONE)?.resource,
      (found) => found !== undefined,
    );
    expect(insight?.spec).toMatchObject({ subscriptions: [{ controlPlaneInstanceId: 'cp-1' }] });
  });

  it('takes away what a sidecar registered when it is gone, but not when it comes back', async () => {
    const { zone, plane } = await zoneWith({});
    const { outbound, backend } = await backendAndFrontend(plane);
    expect(
      (
        await until(
          () => get(outbound),
          ({ status }) => status === 200,
        )
      ).body,
    ).toBe('hello');
    await backend.stop();
    await until(
      () => zone.view.get({ type: 'Dataplane', mesh: 'default', name: 'backend-1' }, ZONE),
      (entry) => entry === undefined,
    );
    // 503 while the frontend still knows the service; then it is nobody's, and the connection is closed (0).
    const { status } = await until(
      () => get(outbound),
      (answer) => answer.status !== 200,
    );
    expect([503, 0]).toContain(status);
  });
});
