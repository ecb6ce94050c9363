import { InvalidArgumentError } from 'commander';
import { goDurationMs } from '../../shared/resource/goDuration.ts';

/** A flag as commander writes it, and where its value is from. */
interface Flag {
  readonly flags: string;
  readonly text: string;
  /** Variables that an absent flag is looked for in: the first that is set counts. */
  readonly env?: readonly string[];
  /** When none of them is. */
  readonly fallback?: unknown;
  /** @throws InvalidArgumentError */
  readonly parse?: (value: string, before: never) => unknown;
}

/** Flags of kuma-dp and ours; the value of an absent flag comes from the environment, ours before Kuma's. */
export const DP_FLAGS: readonly Flag[] = [
  {
    flags: '--cp-address <url>',
    text: "the zone control plane's dp-server",
    env: ['MERIDIAN_DP_CP_ADDRESS', 'KUMA_CONTROL_PLANE_URL'],
    fallback: 'https://localhost:5678',
    parse: url,
  },
  {
    flags: '--ca-cert-file <file>',
    text: 'PEM of the CA to verify the control plane with',
    env: ['MERIDIAN_DP_CA_CERT_FILE', 'KUMA_CONTROL_PLANE_CA_CERT_FILE'],
  },
  {
    flags: '--skip-verify',
    text: 'do not verify the control plane for the bootstrap call',
    env: ['MERIDIAN_DP_SKIP_VERIFY', 'KUMA_CONTROL_PLANE_TLS_SKIP_VERIFY'],
    fallback: false,
  },
  { flags: '--name <name>', text: 'name of a Dataplane that exists', env: ['MERIDIAN_DP_NAME', 'KUMA_DATAPLANE_NAME'] },
  { flags: '--mesh <mesh>', text: 'mesh of a Dataplane that exists', env: ['MERIDIAN_DP_MESH', 'KUMA_DATAPLANE_MESH'] },
  {
    flags: '--proxy-type <type>',
    text: 'dataplane, ingress or egress',
    env: ['MERIDIAN_DP_PROXY_TYPE', 'KUMA_DATAPLANE_PROXY_TYPE'],
    fallback: 'dataplane',
    parse: proxyType,
  },
  {
    flags: '-d, --dataplane-file <file>',
    text: 'the Dataplane, ZoneIngress or ZoneEgress to register, YAML; - is standard input',
    env: ['MERIDIAN_DP_DATAPLANE_FILE', 'KUMA_DATAPLANE_RUNTIME_RESOURCE_PATH'],
  },
  {
    flags: '--dataplane <yaml>',
    text: 'the resource itself',
    env: ['MERIDIAN_DP_DATAPLANE', 'KUMA_DATAPLANE_RUNTIME_RESOURCE'],
  },
  {
    flags: '-v, --dataplane-var <k=v>',
    text: 'a variable of the file, {{ k }}; repeatable',
    fallback: [],
    parse: (value, before: readonly string[]) => [...before, value],
  },
  {
    flags: '--dataplane-token <token>',
    text: 'token that proves who this proxy is',
    env: ['MERIDIAN_DP_TOKEN', 'KUMA_DATAPLANE_RUNTIME_TOKEN'],
  },
  {
    flags: '--dataplane-token-file <file>',
    text: 'file with that token',
    env: ['MERIDIAN_DP_TOKEN_FILE', 'KUMA_DATAPLANE_RUNTIME_TOKEN_PATH'],
  },
  {
    flags: '--binary-path <file>',
    text: 'the Envoy to run',
    env: ['MERIDIAN_DP_BINARY_PATH', 'MERIDIAN_ENVOY', 'KUMA_DATAPLANE_RUNTIME_BINARY_PATH'],
    fallback: 'envoy',
  },
  {
    flags: '--work-dir <folder>',
    text: 'folder of bootstrap configuration and sockets',
    env: ['MERIDIAN_DP_WORK_DIR', 'KUMA_DATAPLANE_RUNTIME_WORK_DIR'],
  },
  {
    flags: '--concurrency <threads>',
    text: "Envoy's worker threads",
    env: ['MERIDIAN_DP_CONCURRENCY', 'KUMA_DATAPLANE_RUNTIME_CONCURRENCY'],
    parse: whole,
  },
  {
    flags: '--drain-time <duration>',
    text: 'how long traffic goes on after SIGTERM',
    env: ['MERIDIAN_DP_DRAIN_TIME', 'KUMA_DATAPLANE_DRAIN_TIME'],
    fallback: 30_000,
    parse: duration,
  },
  {
    flags: '--dns-port <port>',
    text: 'port on 127.0.0.1 that answers .mesh names; 0: none',
    env: ['MERIDIAN_DP_DNS_PORT', 'KUMA_DNS_ENVOY_DNS_PORT'],
    fallback: 0,
    parse: port,
  },
  {
    flags: '--loopback-prefix <prefix>',
    text: 'as 127.21: bind virtual IPs in 127.21.0.0/16, without transparent proxying',
    env: ['MERIDIAN_DP_LOOPBACK_PREFIX'],
  },
  {
    flags: '--readiness-port <port>',
    text: 'port of /ready; 0: none',
    env: ['MERIDIAN_DP_READINESS_PORT', 'KUMA_READINESS_PORT'],
    fallback: 9902,
    parse: port,
  },
  {
    flags: '--admin-port <port>',
    text: "port of the admin listener on the proxy's address, where the file says none",
    env: ['MERIDIAN_DP_ADMIN_PORT'],
    fallback: 0,
    parse: port,
  },
  {
    flags: '--metrics-cert-path <file>',
    text: 'certificate for who scrapes the metrics, PEM, where the mesh says providedTLS',
    env: ['MERIDIAN_DP_METRICS_CERT_PATH', 'KUMA_DATAPLANE_RUNTIME_METRICS_CERT_PATH'],
  },
  {
    flags: '--metrics-key-path <file>',
    text: 'its key',
    env: ['MERIDIAN_DP_METRICS_KEY_PATH', 'KUMA_DATAPLANE_RUNTIME_METRICS_KEY_PATH'],
  },
  {
    flags: '--envoy-log-level <level>',
    text: 'of Envoy',
    env: ['MERIDIAN_DP_ENVOY_LOG_LEVEL', 'KUMA_DATAPLANE_RUNTIME_ENVOY_LOG_LEVEL'],
    fallback: 'warning',
  },
];

function url(value: string): string {
  if (!URL.canParse(value) || !/^https?:/.test(value))
    throw new InvalidArgumentError('it must be as https://host:5678');
  return value;
}

function proxyType(value: string): string {
  if (!['dataplane', 'ingress', 'egress'].includes(value))
    throw new InvalidArgumentError('it must be dataplane, ingress or egress');
  return value;
}

function whole(value: string): number {
  if (!/^\d+$/.test(value)) throw new InvalidArgumentError('it must be a whole number');
  return Number(value);
}

function port(value: string): number {
  const number = whole(value);
  if (number > 65_535) throw new InvalidArgumentError('it must be 0 to 65535');
  return number;
}

/** Milliseconds of `30s`, `1m30s`, `500ms`. */
function duration(value: string): number {
  const milliseconds = goDurationMs(value);
  if (milliseconds === undefined || milliseconds < 0)
    throw new InvalidArgumentError('it must be as 30s, 1m30s or 500ms');
  return milliseconds;
}
