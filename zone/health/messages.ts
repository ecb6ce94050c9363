import type { DescMessage } from '@bufbuild/protobuf';
import type * as hds from '../../shared/xds/gen/envoy/service/health/v3/hds_pb.d.ts';
import { registry } from '../../shared/xds/gen/registry.js';

/** Messages of the service, loaded with the first proxy that checks health: few do, and they bring half of Envoy's types along. */
export const messages = {
  get specifier() {
    return message('HealthCheckSpecifier') as typeof hds.HealthCheckSpecifierSchema;
  },
  get fromProxy() {
    return message(
      'HealthCheckRequestOrEndpointHealthResponse',
    ) as typeof hds.HealthCheckRequestOrEndpointHealthResponseSchema;
  },
};

function message(name: string): DescMessage {
  const found = registry.getMessage(`envoy.service.health.v3.${name}`);
  if (!found) throw new Error(`${name} is not among the generated types; run \`npm run setup\``);
  return found;
}
