import { pipeAddress } from './address.ts';
import { hcmFilter, httpConnectionManager, routesOverRds } from './filters.ts';
import type { ListenerJson } from './gen/envoy/config/listener/v3/listener_pb.d.ts';
import type { RouteConfigurationJson } from './gen/envoy/config/route/v3/route_pb.d.ts';
import { DYNAMIC_CONFIG_NAME } from './names.ts';
import { sha256Hex } from './sha256.ts';
import { dynamicConfigSocket } from './socketPath.ts';

/**
 * The Unix socket at which the process beside Envoy asks for what is meant for it. kuma-dp asks so for its DNS records.
 * @param routes of `dynamicConfigRoutes`
 */
export function dynamicConfigListener(workdir: string, routes: RouteConfigurationJson): ListenerJson {
  const hcm = httpConnectionManager(DYNAMIC_CONFIG_NAME, 'http');
  routesOverRds(hcm, routes);
  return {
    name: DYNAMIC_CONFIG_NAME,
    address: pipeAddress(dynamicConfigSocket(workdir)),
    filterChains: [{ filters: [hcmFilter(hcm)] }],
  };
}

/** Answers `path` with a body, and who has it already with 304. */
export function dynamicConfigRoutes(path: string, body: string): RouteConfigurationJson {
  const etag = sha256Hex(body);
  return {
    name: DYNAMIC_CONFIG_NAME,
    // Envoy refuses longer ones than 4 KiB unless it is told.
    maxDirectResponseBodySizeBytes: new TextEncoder().encode(body).length,
    virtualHosts: [
      {
        name: DYNAMIC_CONFIG_NAME,
        domains: ['*'],
        routes: [
          {
            match: { path, headers: [{ name: 'if-none-match', stringMatch: { exact: etag } }] },
            directResponse: { status: 304 },
          },
          {
            name: `${DYNAMIC_CONFIG_NAME}:${path}`,
            match: { path },
            directResponse: { status: 200, body: { inlineString: body } },
            responseHeadersToAdd: [{ header: { key: 'etag', value: etag } }],
          },
        ],
      },
    ],
  };
}
