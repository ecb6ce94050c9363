import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Child } from './child.ts';
import { folderOf, GENERATION, type Ground, startMeridian } from './ground.ts';
import type { RestBody } from './mesh.ts';
import { freePorts } from './ports.ts';
import { writeSecretFile } from './runAs.ts';
import { findTool } from './tools.ts';

interface ProxySpec {
  /** `backend-v1 sidecar` */
  readonly name: string;
  /** `host:port` of the zone's dp-server. */
  readonly ads: string;
  /** PEM file of the CA that the dp-server is known by; absent: it is not verified, which no proxy with a token should do. */
  readonly caFile?: string;
  readonly token: string;
  /** Dataplane, ZoneIngress or ZoneEgress. */
  readonly resource: RestBody;
  readonly proxyType: 'dataplane' | 'ingress' | 'egress';
  /** UDP port that answers names; 0: none. */
  readonly dnsPort: number;
  /** Where virtual IPs are bound, as `127.21`. */
  readonly loopbackPrefix?: string;
}

/** `meridian dp` with its Envoy; resolves when Envoy says that it is ready. @throws StartError */
export async function startProxy(ground: Ground, spec: ProxySpec): Promise<Child> {
  const folder = folderOf(ground, spec.name);
  const file = (name: string, content: string) => writeSecretFile(join(folder, name), content, ground.runAs);
  const [readinessPort = 0] = await freePorts(1);
  const args = [
    'dp',
    ...['--cp-address', `https://${spec.ads}`],
    ...(spec.caFile ? ['--ca-cert-file', spec.caFile] : ['--skip-verify']),
    ...['--proxy-type', spec.proxyType],
    ...['--dataplane-file', file('dataplane.yaml', stringify(spec.resource))],
    ...['--dataplane-token-file', file('token', spec.token)],
    ...['--binary-path', findTool('envoy')],
    ...['--work-dir', folder],
    ...['--concurrency', '1'],
    ...['--drain-time', '0s'],
    ...['--readiness-port', String(readinessPort)],
    ...['--dns-port', String(spec.dnsPort)],
    ...(spec.loopbackPrefix ? ['--loopback-prefix', spec.loopbackPrefix] : []),
  ];
  const child = startMeridian(ground, args, {
    name: spec.name,
    generation: GENERATION.proxy,
  });
  await child.ready();
  return child;
}
