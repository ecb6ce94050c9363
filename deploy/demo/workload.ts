import type { Child } from './child.ts';
import { GENERATION, type Ground, startScript } from './ground.ts';
import type { LoopbackPrefixes } from './loopback.ts';
import { MESH } from './mesh.ts';
import { freePorts } from './ports.ts';
import { startProxy } from './proxy.ts';
import type { Tokens } from './tokens.ts';

/** The zone that a workload lives in, as far as it must know. */
export interface Home {
  readonly name: string;
  readonly ads: string;
  readonly caFile: string;
}

export interface WorkloadSpec {
  readonly service: string;
  /** Name of the Dataplane. */
  readonly name: string;
  readonly version?: string;
}

export interface WorkloadDeps {
  readonly ground: Ground;
  readonly tokens: Tokens;
  readonly prefixes: LoopbackPrefixes;
}

/** An instance of a service: the app and its sidecar. */
export interface Workload extends Required<WorkloadSpec> {
  readonly zone: string;
  /** The app itself, past its sidecar: for us, not for other services. */
  readonly url: string;
  /** Where the sidecar takes mTLS from other proxies. */
  readonly inboundPort: number;
  /** As a crash of the machine would: the app and its sidecar are gone at once. */
  stop(): Promise<void>;
}

/** Starts app and sidecar; resolves when both are ready. @throws StartError */
export async function startWorkload(
  { ground, tokens, prefixes }: WorkloadDeps,
  zone: Home,
  spec: WorkloadSpec,
): Promise<Workload> {
  const { service, name, version = 'v1' } = spec;
  const [appPort = 0, inboundPort = 0, dnsPort = 0] = await freePorts(3);
  const script = service === 'frontend' ? 'frontend' : 'service';
  const app: Child = startScript(ground, `deploy/demo/apps/${script}.ts`, {
    name,
    env: {
      APP_SERVICE: service,
      APP_VERSION: version,
      APP_ZONE: zone.name,
      APP_INSTANCE: name,
      APP_PORT: String(appPort),
      APP_DNS_PORT: String(dnsPort),
    },
    generation: GENERATION.app,
    grace: 2_000,
  });
  const tags = { 'kuma.io/service': service, 'kuma.io/protocol': 'http', version };
  const inbound = { port: inboundPort, serviceAddress: '127.0.0.1', servicePort: appPort, tags };
  const [sidecar] = await Promise.all([
    startProxy(ground, {
      name: `${name} sidecar`,
      ads: zone.ads,
      caFile: zone.caFile,
      token: await tokens.ofService(service),
      resource: { type: 'Dataplane', mesh: MESH, name, networking: { address: '127.0.0.1', inbound: [inbound] } },
      proxyType: 'dataplane',
      dnsPort,
      loopbackPrefix: await prefixes.take(),
    }),
    app.ready(),
  ]);
  return {
    service,
    name,
    version,
    zone: zone.name,
    url: `http://127.0.0.1:${appPort}`,
    inboundPort,
    stop: async () => {
      await Promise.all([sidecar.stop(), app.stop()]);
    },
  };
}
