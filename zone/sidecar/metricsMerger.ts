import { chmodSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type RequestOptions } from 'node:http';
import { APPLICATIONS_HEADER } from '../../shared/xds/mergedMetrics.ts';

type Options = {
  /** `mergedMetricsSocket` */
  readonly path: string;
  /** Unix socket of Envoy's admin API. */
  readonly adminSocket: string;
  readonly log: (message: string, fields?: object) => void;
};

/** Shows the metrics of applications together with those of Envoy. */
export interface MetricsMerger {
  stop(): void;
}

const ENVOY_METRICS = '/stats/prometheus';
const TEXT_FORMAT = 'text/plain; version=0.0.4; charset=utf-8';
/** Prometheus gives up after ten seconds, unless it is told otherwise. */
const PATIENCE_MS = 8_000;
const LONGEST = 32 * 1024 * 1024;

/**
 * Takes scrapes that Envoy hands on, with what it is to ask as their path and the applications in a header, and answers with all
 * that was told, one after the other, as kuma-dp does. Who does not answer is left out, which is logged once.
 * @throws Error when the socket cannot be made
 */
export async function startMetricsMerger({ path, adminSocket, log }: Options): Promise<MetricsMerger> {
  const silent = new Set<string>();
  const ask = async (name: string, options: RequestOptions): Promise<string> => {
    try {
      const text = await get(options);
      silent.delete(name);
      return text === '' || text.endsWith('\n') ? text : `${text}\n`;
    } catch (cause) {
      if (!silent.has(name)) log(`no metrics from ${name}: ${(cause as Error).message}`);
      silent.add(name);
      return '';
    }
  };
  const server = createServer(async ({ url = '', headers }, response) => {
    if (url.split('?')[0] !== ENVOY_METRICS) return response.writeHead(404).end();
    const applications = String(headers[APPLICATIONS_HEADER] ?? '').split(' ');
    const texts = await Promise.all([
      ask('Envoy', { socketPath: adminSocket, path: url }),
      ...applications.filter((one) => URL.canParse(one)).map((one) => ask(one, optionsOf(new URL(one)))),
    ]);
    return response.writeHead(200, { 'content-type': TEXT_FORMAT }).end(texts.join(''));
  });
  rmSync(path, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  // Whoever reaches it has us ask whom it likes.
  chmodSync(path, 0o600);
  return {
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function optionsOf({ hostname, port, pathname, search }: URL): RequestOptions {
  return { host: hostname.replace(/^\[|\]$/g, ''), port, path: pathname + search };
}

/** @throws Error when there is no whole answer of status 200 in time */
function get(options: RequestOptions): Promise<string> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  return new Promise((resolve, reject) => {
    const headers = { accept: 'text/plain;version=0.0.4' };
    const call = request({ ...options, headers, agent: false, signal }, (response) => {
      textOf(response).then(resolve, reject);
    });
    call.on('error', reject);
    call.end();
  });
}

async function textOf(response: IncomingMessage): Promise<string> {
  if (response.statusCode !== 200) {
    response.resume();
    throw new Error(`status ${response.statusCode}`);
  }
  let text = '';
  for await (const part of response.setEncoding('utf8')) {
    text += part;
    if (text.length > LONGEST) throw new Error(`more than ${LONGEST} characters`);
  }
  return text;
}
