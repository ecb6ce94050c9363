import { z } from 'zod';
import { isAbsolutePath } from '../absolutePath.ts';
import { isPort, PORT_REASON } from '../address.ts';
import { goRegexpFault } from '../goRegexp.ts';
import { enumeration, flag, list, message, optionalFlag, requiredText, stringMap, text, uint32 } from '../protoJson.ts';
import { SERVICE_TAG, tagViolations } from '../tags.ts';
import type { Violation } from '../violation.ts';
import { parseConf } from './backendConf.ts';

/** `metrics` of a Mesh: which of the backends every proxy serves its metrics for. */
export interface Metrics {
  readonly enabledBackend?: string | undefined;
  readonly backends?: readonly MetricsBackend[] | undefined;
}

/** Also `metrics` of a Dataplane, where it says what is different for this proxy. */
export interface MetricsBackend {
  readonly name?: string | undefined;
  readonly type: string;
  readonly conf?: PrometheusConf | undefined;
}

/** Where and how a proxy lets itself be scraped. */
interface PrometheusConf {
  readonly port?: number | undefined;
  readonly path?: string | undefined;
  /** Policies select the endpoint by these, as they do an inbound. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly skipMTLS?: boolean | undefined;
  /** Absent mode: the mesh's own mTLS. */
  readonly tls?: { readonly mode?: 'activeMTLSBackend' | 'providedTLS' | 'disabled' | undefined } | undefined;
  readonly envoy?: { readonly filterRegex?: string | undefined; readonly usedOnly?: boolean | undefined } | undefined;
  /** Applications whose metrics are shown together with Envoy's; of one name the Dataplane's counts. */
  readonly aggregate?: readonly Application[] | undefined;
}

/** Where an application shows its metrics to the proxy. */
export interface Application {
  readonly name?: string | undefined;
  readonly port?: number | undefined;
  readonly path?: string | undefined;
  /** Absent: the proxy's own. */
  readonly address?: string | undefined;
  /** Absent: yes. */
  readonly enabled?: boolean | undefined;
}

const MODES = ['activeMTLSBackend', 'providedTLS', 'disabled'] as const;

const application = message({ name: text, port: uint32, path: text, address: text, enabled: optionalFlag });
const prometheusConf = message({
  port: uint32,
  path: text,
  tags: stringMap.optional(),
  skipMTLS: optionalFlag,
  tls: message({ mode: enumeration('PrometheusTlsConfig.Mode', MODES) }).optional(),
  envoy: message({ filterRegex: text, usedOnly: flag }).optional(),
  aggregate: list(application),
});

/** What cannot be read is told as a violation, where other fields of a flat type are the fault of the whole body. */
const conf = z.preprocess((given, context) => {
  if (given === undefined) return undefined;
  const parsed = parseConf(prometheusConf, given);
  if ('conf' in parsed) return given;
  context.addIssue({ code: 'custom', message: `could not parse config: ${parsed.fault}` });
  return z.NEVER;
}, prometheusConf.optional());

export const metricsBackendSchema = message({ name: text, type: requiredText, conf });
export const metricsSchema = message({ enabledBackend: text, backends: list(metricsBackendSchema) }).optional();

/** What `metrics` of a Mesh may hold. */
export function metricsViolations({ enabledBackend, backends = [] }: Metrics): Violation[] {
  const violations: Violation[] = [];
  const names = new Set<string>();
  backends.forEach((backend, i) => {
    const field = `metrics.backends[${i}]`;
    const { name = '' } = backend;
    if (names.has(name))
      violations.push({ field: `${field}.name`, reason: `"${name}" name is already used for another backend` });
    names.add(name);
    violations.push(...metricsBackendViolations(backend, field));
  });
  if (enabledBackend && !names.has(enabledBackend))
    violations.push({ field: 'metrics.enabledBackend', reason: 'has to be set to one of the backends in the mesh' });
  return violations;
}

/** @param field path of the backend */
export function metricsBackendViolations({ type, conf = {} }: MetricsBackend, field: string): Violation[] {
  if (type !== 'prometheus')
    return [{ field: `${field}.type`, reason: 'unknown backend type. Available backends: "prometheus"' }];
  const at = `${field}.conf`;
  const violations: Violation[] = [];
  const add = (name: string, reason: string) => violations.push({ field: `${at}.${name}`, reason });
  if (conf.skipMTLS !== undefined && conf.tls && !isEqual(conf))
    return [{ field: at, reason: 'skipMTLS and tls configuration cannot be defined together' }];
  if (conf.port !== undefined && !isPort(conf.port)) add('port', PORT_REASON);
  if (conf.path !== undefined && !isAbsolutePath(conf.path)) add('path', 'should be a valid URL Path');
  violations.push(...tagViolations(conf.tags ?? {}, `${at}.tags`));
  const regexFault = goRegexpFault(conf.envoy?.filterRegex ?? '');
  if (regexFault !== undefined) {
    add('envoy.filterRegex', `provided regexp isn't correct: ${regexFault}`);
    return violations;
  }
  const names = new Set<string>();
  conf.aggregate?.forEach(({ name = '', port, path, enabled }, i) => {
    if (names.has(name)) add(`aggregate[${i}].name`, `duplicate entry: ${name}, values have to be unique`);
    names.add(name);
    if (enabled !== false && !isPort(port ?? 0)) add(`aggregate[${i}].port`, PORT_REASON);
    if (path !== undefined && !isAbsolutePath(path)) add(`aggregate[${i}].path`, 'should be a valid URL Path');
  });
  return violations;
}

/** Do both say the same? */
function isEqual({ skipMTLS, tls }: PrometheusConf): boolean {
  return (tls?.mode ?? 'activeMTLSBackend') === (skipMTLS ? 'disabled' : 'activeMTLSBackend');
}

const DEFAULTS = { port: 5670, path: '/metrics', tags: { [SERVICE_TAG]: 'dataplane-metrics' } } as const;

const APPLICATION_DEFAULTS = { path: '/metrics', enabled: true } as const;

/** With what Kuma fills in before it stores a Mesh. */
export function withMetricsDefaults(metrics: Metrics): Metrics {
  if (!metrics.backends) return metrics;
  return {
    ...metrics,
    backends: metrics.backends.map(({ conf, ...backend }) => ({
      ...backend,
      conf: {
        ...DEFAULTS,
        tls: conf?.skipMTLS ? { mode: 'disabled' as const } : {},
        ...conf,
        ...(conf?.aggregate && { aggregate: conf.aggregate.map((one) => ({ ...APPLICATION_DEFAULTS, ...one })) }),
      },
    })),
  };
}

export interface MetricsEndpoint extends PrometheusConf {
  readonly port: number;
  readonly path: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Those that are to be shown. */
  readonly aggregate: readonly Application[];
}

/** What a proxy serves: the enabled backend of its mesh, with what its Dataplane says otherwise. `undefined`: nothing. */
export function metricsEndpoint(
  mesh: Metrics | undefined,
  own: MetricsBackend | undefined,
): MetricsEndpoint | undefined {
  const { enabledBackend, backends = [] } = mesh ?? {};
  const backend = enabledBackend ? backends.find(({ name }) => name === enabledBackend) : undefined;
  if (!backend) return undefined;
  const conf = own?.conf ?? {};
  return {
    ...DEFAULTS,
    ...backend.conf,
    // what a proxy says of itself goes before what was filled in
    ...(conf.skipMTLS !== undefined && { tls: undefined }),
    ...conf,
    tags: { ...(backend.conf?.tags ?? DEFAULTS.tags), ...conf.tags },
    ...((backend.conf?.envoy || conf.envoy) && { envoy: { ...backend.conf?.envoy, ...conf.envoy } }),
    aggregate: shownApplications(backend.conf?.aggregate, conf.aggregate),
  } as MetricsEndpoint;
}

/** What the Dataplane says of an application stands instead of what the mesh says of it. */
function shownApplications(
  ofMesh: readonly Application[] = [],
  own: readonly Application[] = [],
): readonly Application[] {
  const byName = new Map([...ofMesh, ...own].map((one) => [one.name, { ...APPLICATION_DEFAULTS, ...one }]));
  return [...byName.values()].filter(({ enabled }) => enabled);
}

/** Only who has a certificate of the mesh may scrape it, as long as the mesh has mTLS. */
export function isGuarded({ tls, skipMTLS }: PrometheusConf): boolean {
  return tls ? (tls.mode ?? 'activeMTLSBackend') === 'activeMTLSBackend' : !skipMTLS;
}
