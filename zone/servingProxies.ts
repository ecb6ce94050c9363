import type { Runtime } from '../runtime/runtime.ts';
import { portTaken } from '../shared/config/portTaken.ts';
import { envName } from '../shared/config/settings.ts';
import type { ZoneSettings } from '../shared/snapshot/proxy.ts';
import type { ZoneConfig } from './config.ts';
import { type DataPlane, type DataPlaneDeps, startDataPlane } from './dataplane/dataPlane.ts';

type OfProxies = 'name' | 'host' | 'service.vipPort' | 'dp.port' | 'dp.auth' | 'dp.grace' | 'dp.return';

type Serving = Pick<DataPlaneDeps, 'replica' | 'zoneLog' | 'role' | 'keysDir' | 'otherInstances'> & {
  readonly config: Pick<ZoneConfig, OfProxies | 'push.quiet' | 'push.ceiling'>;
  /** Of the environment variables, so that an error can name the one at fault. */
  readonly prefix: string;
  readonly runtime: Runtime;
};

export interface ServingProxies {
  readonly dataPlane: DataPlane;
  /** What the configuration of every proxy of the zone is made with. */
  readonly settings: ZoneSettings;
}

/** Starts what proxies talk to, as it is configured. @throws WrongSetting when the port is taken */
export async function startServingProxies({ config, prefix, runtime, ...deps }: Serving): Promise<ServingProxies> {
  const { registry, instance, metrics, log } = runtime;
  const settings: ZoneSettings = { zone: config.name, domain: 'mesh', serviceVipPort: config['service.vipPort'] };
  const dataPlane = await startDataPlane({
    ...deps,
    registry,
    settings,
    instance,
    host: config.host,
    port: config['dp.port'],
    auth: config['dp.auth'],
    graceMs: config['dp.grace'],
    returnMs: config['dp.return'],
    quietMs: config['push.quiet'],
    ceilingMs: config['push.ceiling'],
    metrics,
    log,
  }).catch((error: Error) => {
    throw portTaken(error, envName(prefix, 'dp.port'));
  });
  return { dataPlane, settings };
}
