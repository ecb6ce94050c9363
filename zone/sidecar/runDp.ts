import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { accessLogPipe } from '../../shared/xds/accessLog.ts';
import { mergedMetricsSocket } from '../../shared/xds/mergedMetrics.ts';
import { type AccessLogStreamer, startAccessLogStreamer } from './accessLogStreamer.ts';
import { bootstrapBody } from './bootstrapBody.ts';
import { type DataplaneResource, readDataplane, readVariables } from './dataplaneFile.ts';
import type { DpOptions } from './dpOptions.ts';
import { Envoy } from './envoy.ts';
import { type MetricsMerger, startMetricsMerger } from './metricsMerger.ts';
import { startReadiness } from './readiness.ts';
import { requestBootstrap } from './requestBootstrap.ts';
import { StartError } from './startError.ts';

type DpDeps = {
  /** The first signal: drain, then stop. */
  readonly signal: AbortSignal;
  /** The second: do not wait for the drain. */
  readonly hurry?: AbortSignal;
  readonly log: (message: string, fields?: object) => void;
};

const READY_POLL_MS = 20;
/** Unix socket paths may have 107 bytes; the control plane appends a file name to the work directory. */
const LONGEST_WORK_DIR = 75;

const bootstrapSchema = z.looseObject({
  admin: z.looseObject({ address: z.looseObject({ pipe: z.looseObject({ path: z.string() }) }) }),
});

/**
 * A sidecar's life: gets the bootstrap configuration, runs Envoy with it, says `ready` in the log when Envoy serves, and on the
 * signal drains and stops it, as kuma-dp does (app/kuma-dp/cmd/run.go). Resolves when it was stopped by the signal.
 * @throws StartError when it cannot start, or when Envoy ends by itself
 */
export async function runDp(options: DpOptions, { signal, hurry, log }: DpDeps): Promise<void> {
  const resource = readResource(options);
  const token =
    options.token ?? (options.tokenFile ? readText(options.tokenFile, '--dataplane-token-file').trim() : '');
  const caCert = options.caCertFile ? readText(options.caCertFile, '--ca-cert-file') : undefined;
  const workDir = options.workDir ? resolve(options.workDir) : mkdtempSync(join(tmpdir(), 'meridian-dp-'));
  mkdirSync(workDir, { recursive: true });
  const socketDir = workDir.length > LONGEST_WORK_DIR ? mkdtempSync(join(tmpdir(), 'meridian-dp-')) : workDir;
  let terminating = false;
  let envoy: Envoy | undefined;
  const state = async () => (terminating ? 'TERMINATING' : (await envoy?.ready()) ? 'LIVE' : 'NOT READY');
  const kill = () => envoy?.kill();
  process.once('exit', kill);
  let readiness: Server | undefined;
  let streamer: AccessLogStreamer | undefined;
  let merger: MetricsMerger | undefined;
  try {
    if (options.readinessPort)
      readiness = await startReadiness({ host: options.readinessHost, port: options.readinessPort, state });
    streamer = await streamerOf(resource ?? options, options.proxyType, socketDir, log);
    const call = {
      cpAddress: options.cpAddress,
      caCert,
      skipVerify: options.skipVerify,
      body: bootstrapBody(options, { resource, token, caCert, workDir: socketDir, streams: streamer !== undefined }),
    };
    const wait = (ms: number) => sleep(ms, undefined, { signal });
    const text = await requestBootstrap(call, { signal, log, sleep: wait, now: () => performance.now() });
    const bootstrapFile = join(workDir, 'bootstrap.yaml');
    // It holds the token.
    writeFileSync(bootstrapFile, text, { mode: 0o600 });
    const adminSocket = adminSocketOf(text);
    merger = await mergerOf(resource ?? options, options.proxyType, { socketDir, adminSocket, log });
    envoy = new Envoy({
      binary: options.binaryPath,
      bootstrapFile,
      adminSocket,
      concurrency: options.concurrency,
      drainTimeS: Math.min(10, Math.max(1, Math.round(options.drainTimeMs / 1000))),
      logLevel: options.logLevel,
    });
    await serve(envoy, options, { signal, ...(hurry ? { hurry } : {}), log }, () => {
      terminating = true;
    });
  } catch (cause) {
    if (!signal.aborted || cause instanceof StartError) throw cause;
  } finally {
    process.off('exit', kill);
    await envoy?.stop();
    streamer?.stop();
    merger?.stop();
    readiness?.close();
    readiness?.closeAllConnections();
    if (socketDir !== workDir) rmSync(socketDir, { recursive: true, force: true });
    if (!options.workDir) rmSync(workDir, { recursive: true, force: true });
  }
}

/** Until the signal, or until Envoy ends. */
async function serve(
  envoy: Envoy,
  options: DpOptions,
  { signal, hurry, log }: DpDeps,
  terminating: () => void,
): Promise<void> {
  const stopped = new Promise<void>((done) => {
    if (signal.aborted) done();
    else signal.addEventListener('abort', () => done(), { once: true });
  });
  const ended = envoy.exited.then(({ code, signal: by }) => {
    throw new StartError(`Envoy ended by itself (${by ?? `status ${code}`})`);
  });
  ended.catch(() => {});
  await Promise.race([untilReady(envoy, signal), ended]);
  if (!signal.aborted) log('ready', { workDir: options.workDir });
  await Promise.race([stopped, ended]);
  terminating();
  log('draining', { drainTimeMs: options.drainTimeMs });
  // Active health checkers see it and send no more; connections get `connection: close`.
  await envoy.admin('/healthcheck/fail', 'POST');
  const patience = hurry ? { signal: hurry } : {};
  await Promise.race([
    sleep(options.drainTimeMs, undefined, patience).catch(() => undefined),
    ended.catch(() => undefined),
  ]);
}

async function untilReady(envoy: Envoy, signal: AbortSignal): Promise<void> {
  while (envoy.running && !signal.aborted && !(await envoy.ready())) await sleep(READY_POLL_MS);
}

function readResource(options: DpOptions): DataplaneResource | undefined {
  const { dataplaneFile, dataplane, name, mesh } = options;
  if (dataplaneFile === undefined && dataplane === undefined) {
    if (!name)
      throw new StartError(
        'say which proxy this is: --dataplane-file, or --name and --mesh of a Dataplane that exists',
      );
    return undefined;
  }
  if (name || mesh) throw new StartError('--name and --mesh are in the dataplane file; give one or the other');
  const text = dataplane ?? readText(dataplaneFile === '-' ? 0 : (dataplaneFile ?? ''), '--dataplane-file');
  const resource = readDataplane(text, readVariables(options.dataplaneVars), dataplaneFile ?? '--dataplane');
  const expected = { dataplane: 'Dataplane', ingress: 'ZoneIngress', egress: 'ZoneEgress' }[options.proxyType];
  if (resource.type !== expected)
    throw new StartError(
      `--proxy-type is ${options.proxyType}, which needs a ${expected}; the file holds a ${resource.type}`,
    );
  if (!options.adminPort) return resource;
  const networking = { admin: { port: options.adminPort }, ...(resource.networking as object | undefined) };
  return { ...resource, networking };
}

/** A machine without FIFOs can do all but send access logs by TCP, and does not say that it could. */
async function streamerOf(
  { name = '', mesh = 'default' }: { readonly name?: string; readonly mesh?: string },
  proxyType: DpOptions['proxyType'],
  workDir: string,
  log: DpDeps['log'],
): Promise<AccessLogStreamer | undefined> {
  if (proxyType !== 'dataplane') return undefined;
  try {
    return await startAccessLogStreamer({ path: accessLogPipe(workDir, mesh, name), log });
  } catch (cause) {
    log(`access logs cannot be sent by TCP: ${(cause as Error).message}`);
    return undefined;
  }
}

/** A zone proxy shows no metrics of applications. @throws StartError */
async function mergerOf(
  { name = '', mesh = 'default' }: { readonly name?: string; readonly mesh?: string },
  proxyType: DpOptions['proxyType'],
  { socketDir, adminSocket, log }: { readonly socketDir: string; readonly adminSocket: string } & Pick<DpDeps, 'log'>,
): Promise<MetricsMerger | undefined> {
  if (proxyType !== 'dataplane') return undefined;
  const path = mergedMetricsSocket(socketDir, mesh, name);
  try {
    return await startMetricsMerger({ path, adminSocket, log });
  } catch (cause) {
    throw new StartError(`cannot listen on ${path} (in --work-dir): ${(cause as Error).message}`);
  }
}

function adminSocketOf(bootstrap: string): string {
  try {
    return bootstrapSchema.parse(JSON.parse(bootstrap)).admin.address.pipe.path;
  } catch {
    throw new StartError('the bootstrap configuration names no unix socket of the admin API');
  }
}

function readText(file: string | 0, flag: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new StartError(`${flag}: ${(cause as Error).message}`);
  }
}
