import { hostname } from 'node:os';
import { type ApiDeps, serveApi } from '../http/serveApi.ts';
import { serveDiagnostics } from '../http/serveDiagnostics.ts';
import type { ApiConfig } from '../shared/config/apiSettings.ts';
import type { DiagnosticsConfig } from '../shared/config/diagnosticsSettings.ts';
import type { About } from '../shared/rest/ports.ts';
import type { Runtime } from './runtime.ts';

type OfRuntime = 'registry' | 'about' | 'now' | 'onError';

/** The REST contract as far as the runtime does not know it. */
export type Rest = Omit<ApiDeps, OfRuntime> & { readonly about: Pick<About, 'clusterId' | 'config'> };

type Served = {
  readonly config: ApiConfig & DiagnosticsConfig;
  /** Of the environment variables. */
  readonly prefix: string;
  readonly rest: Rest;
  /** As of `Diagnosis`; absent: it is ready as soon as it serves. */
  readonly notReady?: () => string;
  /** As of `Diagnosis`; absent: none. */
  readonly trouble?: () => string;
  /** What else the line `ready` of the log says. */
  readonly ready: object;
};

/** Opens the REST API and the diagnostics port and says so: the last step of a start. @throws WrongSetting */
export async function serve(runtime: Runtime, { config, prefix, rest, ready, ...told }: Served) {
  const { registry, version, instance, now, log, metrics } = runtime;
  const api = await serveApi(
    {
      ...rest,
      registry,
      about: { version, hostname: hostname(), instanceId: instance, gui: '', ...rest.about },
      now: () => now().toISOString(),
      onError: (error, request) => log.error({ ...request, error: (error as Error).stack }, 'a request failed'),
    },
    config,
    prefix,
  );
  const nothing = () => '';
  const diagnosis = {
    unhealthy: nothing,
    notReady: nothing,
    trouble: nothing,
    ...told,
    metrics: () => metrics.metrics(),
  };
  const diagnostics = await serveDiagnostics(diagnosis, config, prefix).catch(async (error) => {
    await api.close();
    throw error;
  });
  log.info({ url: api.url, https: api.httpsUrl, diagnostics: diagnostics.url, ...ready }, 'ready');
  return {
    url: api.url,
    /** The first step of a stop. */
    close: async () => {
      await api.close();
      diagnostics.close();
    },
  };
}
