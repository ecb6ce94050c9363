import { z } from 'zod';
import { isPort, PORT_REASON } from '../address.ts';
import {
  camelCased,
  flag,
  list,
  message,
  optionalDouble,
  optionalFlag,
  requiredText,
  text,
  uint32,
} from '../protoJson.ts';
import type { Violation } from '../violation.ts';
import { confWarnings, parseConf } from './backendConf.ts';
import { logFormatFault } from './logFormat.ts';
import { parseZipkinUrl } from './zipkinUrl.ts';

/**
 * `logging` and `tracing` of a Mesh: where access logs and traces may go. TrafficLog and TrafficTrace send something there;
 * `defaultBackend` is what those mean that name none.
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

type Fault = readonly [field: string, reason: string];
/** A type of backends: what its `conf` may hold. */
interface ConfType {
  readonly fields: readonly string[];
  /** What is wrong with a `conf`; a text alone is about the whole of it. */
  readonly faults: (conf: Backend['conf']) => string | readonly Fault[];
}

function confType<Shape extends z.core.$ZodLooseShape>(
  shape: Shape,
  faults: (conf: z.infer<z.ZodObject<Shape>>) => readonly Fault[],
): ConfType {
  const schema = message(shape);
  return {
    fields: Object.keys(shape),
    faults: (given) => {
      const parsed = parseConf(schema, given);
      return 'fault' in parsed ? `could not parse config: ${parsed.fault}` : faults(parsed.conf);
    },
  };
}

const LOGGING: Readonly<Record<string, ConfType>> = {
  tcp: confType({ address: text }, ({ address }) => {
    if (address === undefined) return [['address', 'cannot be empty']];
    const port = /^(?:\[[^\]]+\]|[^:]+):(\d+)$/.exec(address)?.[1];
    return isPort(Number(port)) ? [] : [['address', 'has to be in format of HOST:PORT']];
  }),
  file: confType({ path: text }, ({ path }) => (path === undefined ? [['path', 'cannot be empty']] : [])),
};

const API_VERSIONS = ['httpJsonV1', 'httpJson', 'httpProto'];

const zipkin = { url: text, traceId128bit: flag, apiVersion: text, sharedSpanContext: optionalFlag };
const datadog = { address: text, port: uint32, splitService: flag };

const TRACING: Readonly<Record<string, ConfType>> = {
  zipkin: confType(zipkin, ({ url, apiVersion }) => {
    const faults: Fault[] = [];
    if (apiVersion !== undefined && !API_VERSIONS.includes(apiVersion))
      faults.push(['apiVersion', `has invalid value. Allowed values: ${API_VERSIONS.join(', ')}`]);
    const parsed = url === undefined ? 'cannot be empty' : parseZipkinUrl(url);
    if (typeof parsed === 'string') faults.push(['url', parsed]);
    return faults;
  }),
  datadog: confType(datadog, ({ address, port = 0 }) => {
    const faults: Fault[] = [];
    if (address === undefined) faults.push(['address', 'cannot be empty']);
    if (!isPort(port)) faults.push(['port', PORT_REASON]);
    return faults;
  }),
};

/** What is wrong with `logging` of a Mesh, in Kuma's words. */
export function loggingViolations(logging: Backends): Violation[] {
  return backendViolations(logging, 'logging', LOGGING, '"tcp", "file"');
}

/** What is wrong with `tracing` of a Mesh, in Kuma's words. */
export function tracingViolations(tracing: Backends): Violation[] {
  return backendViolations(tracing, 'tracing', TRACING, '"zipkin", "datadog"');
}

function backendViolations(
  { defaultBackend, backends: all = [] }: Backends,
  kind: 'logging' | 'tracing',
  types: Readonly<Record<string, ConfType>>,
  available: string,
): Violation[] {
  const violations: Violation[] = [];
  const names = new Set<string>();
  all.forEach(({ name, type, conf: given, format = '', sampling }, i) => {
    const add = (field: string, reason: string) =>
      violations.push({ field: `${kind}.backends[${i}].${field}`, reason });
    if (!name) add('name', 'cannot be empty');
    const formatFault = logFormatFault(format);
    if (formatFault) add('format', formatFault);
    if (sampling !== undefined && (sampling < 0 || sampling > 100)) add('sampling', 'has to be in [0.0 - 100.0] range');
    const known = Object.hasOwn(types, type) ? types[type] : undefined;
    // "config" is what Kuma calls the field here
    const faults = known?.faults(given) ?? [];
    if (typeof faults === 'string') add('config', faults);
    else for (const [field, reason] of faults) add(`config.${field}`, reason);
    if (!known) add('type', `unknown backend type. Available backends: ${available}`);
    if (names.has(name)) add('name', `"${name}" name is already used for another backend`);
    names.add(name);
  });
  if (defaultBackend && !names.has(defaultBackend))
    violations.push({ field: `${kind}.defaultBackend`, reason: `has to be set to one of the ${kind} backend in mesh` });
  return violations;
}

/** Fields of backends that nobody reads. */
export function backendWarnings(logging: Backends | undefined, tracing: Backends | undefined): string[] {
  const of = (kind: string, all: Backends | undefined, types: Readonly<Record<string, ConfType>>) =>
    (all?.backends ?? []).flatMap(({ type, conf: given }, i) =>
      confWarnings(given, type, types[type]?.fields ?? [], `${kind}.backends[${i}].conf`),
    );
  return [...of('logging', logging, LOGGING), ...of('tracing', tracing, TRACING)];
}

/** The backend that a policy means: the one that it names, else the mesh's default. @returns `undefined` when there is none */
export function backendOf(all: Backends | undefined, name: string | undefined): Backend | undefined {
  const wanted = name ?? all?.defaultBackend;
  const found = all?.backends?.find((backend) => backend.name === wanted);
  return found?.conf ? { ...found, conf: camelCased(found.conf) as Backend['conf'] } : found;
}
