import { networkInterfaces } from 'node:os';
import { resolve } from 'node:path';
import { ACCESS_LOG_FEATURE } from '../../shared/xds/accessLog.ts';
import { MERGED_METRICS_FEATURE } from '../../shared/xds/mergedMetrics.ts';
import type { DataplaneResource } from './dataplaneFile.ts';
import type { DpOptions } from './dpOptions.ts';

/** What a sidecar found out about itself. */
interface Subject {
  readonly resource: DataplaneResource | undefined;
  readonly token: string;
  readonly caCert: string | undefined;
  readonly workDir: string;
  /** It forwards access logs. */
  readonly streams: boolean;
}

/** Body of POST /bootstrap: `BootstrapRequest` of Kuma's pkg/xds/bootstrap/types. */
export function bootstrapBody(options: DpOptions, { resource, token, caCert, workDir, streams }: Subject): object {
  return {
    mesh: resource?.mesh ?? options.mesh ?? (options.proxyType === 'dataplane' ? 'default' : ''),
    name: resource?.name ?? options.name,
    proxyType: options.proxyType,
    dataplaneToken: token,
    dataplaneTokenPath: options.tokenFile ?? '',
    ...(resource ? { dataplaneResource: JSON.stringify(resource) } : {}),
    version: { kumaDp: { version: options.version, gitTag: '', gitCommit: '', buildDate: '' } },
    caCert: caCert ?? '',
    dynamicMetadata: {},
    dnsPort: options.dnsPort,
    readinessPort: options.readinessPort,
    operatingSystem: process.platform,
    features: ['feature-delta-grpc', ...(streams ? [ACCESS_LOG_FEATURE] : []), MERGED_METRICS_FEATURE],
    workdir: workDir,
    ipv6Enabled: Object.values(networkInterfaces()).some((addresses) =>
      addresses?.some(({ family }) => family === 'IPv6'),
    ),
    metricsResources: { certPath: absolute(options.metricsCertPath), keyPath: absolute(options.metricsKeyPath) },
    ...(options.loopbackPrefix ? { loopbackPrefix: options.loopbackPrefix } : {}),
  };
}

/** Empty where there is none. */
function absolute(path: string | undefined): string {
  return path ? resolve(path) : '';
}
