import { z } from 'zod';
import { isPort, PORT_REASON } from '../address.ts';
import { list, message, optionalDouble, requiredText, text } from '../protoJson.ts';
import type { Violation } from '../violation.ts';
import { logFormatFault } from './logFormat.ts';
import { parseZipkinUrl } from './zipkinUrl.ts';

/**
 * `logging` and `tracing` of a Mesh: where access logs and traces may go. TrafficLog and TrafficTrace send something there;
 * `defaultBackend` is what those mean that name none (policies §1.1, §4).
 */
export interface Backends {
  readonly defaultBackend?: string | undefined;
  readonly backends?: readonly Backend[] | undefined;
}

export interface Backend {
  readonly name: string;
  readonly type: string;
  readonly conf?: Readonly<Record<string, unknown>> | undefined;
  readonly format?: string | undefined;
  readonly sampling?: number | undefined;
}

const conf = z.preprocess((value) => value ?? undefined, z.record(z.string(), z.unknown()).optional());
const backends = (more: z.core.$ZodLooseShape) =>
  message({
    defaultBackend: text,
    backends: list(message({ name: requiredText, type: requiredText, conf, ...more })),
  }).optional();

export const loggingSchema: z.ZodType<Backends | undefined> = backends({ format: text });
export const tracingSchema: z.ZodType<Backends | undefined> = backends({ sampling: optionalDouble });

type Conf = Readonly<Record<string, unknown>>;
type Fault = readonly [field: string, reason: string];
type ConfRule = (conf: Conf) => readonly Fault[];

const LOGGING: Readonly<Record<string, ConfRule>> = {
  tcp: ({ address }) => {
    if (!isText(address)) return [['address', 'cannot be empty']];
    const port = /^(?:\[[^\]]+\]|[^:]+):(\d+)$/.exec(address)?.[1];
    return isPort(Number(port)) ? [] : [['address', 'has to be in format of HOST:PORT']];
  },
  file: ({ path }) => (isText(path) ? [] : [['path', 'cannot be empty']]),
};

const API_VERSIONS = ['httpJsonV1', 'httpJson', 'httpProto'];

const TRACING: Readonly<Record<string, ConfRule>> = {
  zipkin: (conf) => {
    const { url, apiVersion } = conf;
    const faults: Fault[] = [];
    if (isText(apiVersion) && !API_VERSIONS.includes(apiVersion))
      faults.push(['apiVersion', `has invalid value. Allowed values: ${API_VERSIONS.join(', ')}`]);
    const parsed = isText(url) ? parseZipkinUrl(url) : 'cannot be empty';
    if (typeof parsed === 'string') faults.push(['url', parsed]);
    return [...faults, ...flagFaults(conf, 'traceId128bit'), ...flagFaults(conf, 'sharedSpanContext')];
  },
  datadog: (conf) => {
    const faults: Fault[] = [];
    if (!isText(conf.address)) faults.push(['address', 'cannot be empty']);
    if (!isPort(Number(conf.port))) faults.push(['port', PORT_REASON]);
    return [...faults, ...flagFaults(conf, 'splitService')];
  },
};

export function loggingViolations(logging: Backends): Violation[] {
  return backendViolations(logging, 'logging', LOGGING, '"tcp", "file"');
}

export function tracingViolations(tracing: Backends): Violation[] {
  return backendViolations(tracing, 'tracing', TRACING, '"zipkin", "datadog"');
}

function backendViolations(
  { defaultBackend, backends: all = [] }: Backends,
  kind: 'logging' | 'tracing',
  rules: Readonly<Record<string, ConfRule>>,
  available: string,
): Violation[] {
  const violations: Violation[] = [];
  const names = new Set<string>();
  all.forEach(({ name, type, conf: given = {}, format = '', sampling }, i) => {
    const add = (field: string, reason: string) =>
      violations.push({ field: `${kind}.backends[${i}].${field}`, reason });
    if (!name) add('name', 'cannot be empty');
    const formatFault = logFormatFault(format);
    if (formatFault) add('format', formatFault);
    if (sampling !== undefined && (sampling < 0 || sampling > 100)) add('sampling', 'has to be in [0.0 - 100.0] range');
    const rule = Object.hasOwn(rules, type) ? rules[type] : undefined;
    // "config" is what Kuma calls the field here
    for (const [field, reason] of rule?.(given) ?? []) add(`config.${field}`, reason);
    if (!rule) add('type', `unknown backend type. Available backends: ${available}`);
    if (names.has(name)) add('name', `"${name}" name is already used for another backend`);
    names.add(name);
  });
  if (defaultBackend && !names.has(defaultBackend))
    violations.push({ field: `${kind}.defaultBackend`, reason: `has to be set to one of the ${kind} backend in mesh` });
  return violations;
}

/** The backend that a policy means: the one that it names, else the mesh's default. @returns `undefined` when there is none */
export function backendOf(all: Backends | undefined, name: string | undefined): Backend | undefined {
  const wanted = name ?? all?.defaultBackend;
  return all?.backends?.find((backend) => backend.name === wanted);
}

function flagFaults(conf: Conf, field: string): Fault[] {
  return ['boolean', 'undefined'].includes(typeof conf[field]) ? [] : [[field, 'has to be true or false']];
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
