import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { type Logger, pino } from 'pino';
import { collectDefaultMetrics, Registry as Metrics } from 'prom-client';
import type { Registry } from '../shared/resource/registry.ts';

/** The resource types of this build, and its version. */
export type Build = { readonly registry: Registry; readonly version: string };

/** What a control plane has before it does anything: who it is, and where it tells of itself. */
export interface Runtime extends Build {
  /** The host and a random suffix: another one after every start. */
  readonly instance: string;
  /** RFC 3339. */
  readonly startedAt: string;
  readonly now: () => Date;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** For what goes on in spite of errors: logs each as a warning that begins with `what`. */
  readonly onError: (what: string) => (error: unknown) => void;
  /** The last one that `onError` was told of, with the time (RFC 3339). */
  readonly lastError: () => { readonly message: string; readonly at: string } | undefined;
}

type Identity = {
  readonly cp: 'global' | 'zone' | 'standalone';
  readonly zone?: string;
  /** As in the setting `log.level`. */
  readonly level: string;
};

/** Begins a control plane; every line of its log names it. */
export function startRuntime({ level, ...identity }: Identity, build: Build): Runtime {
  const instance = `${hostname()}-${randomBytes(2).toString('hex')}`;
  const now = () => new Date();
  const log = pino({ level, base: { instance, ...identity } });
  const metrics = new Metrics();
  collectDefaultMetrics({ register: metrics, eventLoopMonitoringPrecision: 100 });
  let lastError: ReturnType<Runtime['lastError']>;
  return {
    ...build,
    instance,
    startedAt: now().toISOString(),
    now,
    log,
    metrics,
    onError: (what) => (error) => {
      const { message } = error as Error;
      lastError = { message: `${what}: ${message}`, at: now().toISOString() };
      log.warn({ error: message }, what);
    },
    lastError: () => lastError,
  };
}
