/** What Kuma logs of a request when the backend has no format. */
export const HTTP_FORMAT =
  '[%START_TIME%] %KUMA_MESH% "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% ' +
  '%RESPONSE_FLAGS% %BYTES_RECEIVED% %BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% ' +
  '"%REQ(X-FORWARDED-FOR)%" "%REQ(USER-AGENT)%" "%REQ(X-B3-TRACEID?X-DATADOG-TRACEID)%" "%REQ(X-REQUEST-ID)%" ' +
  '"%REQ(:AUTHORITY)%" "%KUMA_SOURCE_SERVICE%" "%KUMA_DESTINATION_SERVICE%" "%KUMA_SOURCE_ADDRESS_WITHOUT_PORT%" ' +
  '"%UPSTREAM_HOST%"';

/** And of a connection. */
export const TCP_FORMAT =
  '[%START_TIME%] %RESPONSE_FLAGS% %KUMA_MESH% %KUMA_SOURCE_ADDRESS_WITHOUT_PORT%(%KUMA_SOURCE_SERVICE%)->' +
  '%UPSTREAM_HOST%(%KUMA_DESTINATION_SERVICE%) took %DURATION%ms, sent %BYTES_SENT% bytes, ' +
  'received: %BYTES_RECEIVED% bytes';

/** What Envoy does not know of a connection, and the control plane does. */
export interface KumaValues {
  readonly sourceAddress: string;
  readonly sourceService: string;
  readonly destinationService: string;
  readonly mesh: string;
  readonly zone: string;
  readonly workload: string;
  readonly trafficDirection: 'OUTBOUND' | 'UNSPECIFIED';
}

/** A format for Envoy: Kuma's own placeholders are replaced, all others are Envoy's. */
export function envoyFormat(format: string, values: KumaValues): string {
  const { sourceAddress } = values;
  const host = sourceAddress.includes(':') ? `[${sourceAddress}]` : sourceAddress;
  return format
    .replaceAll('%KUMA_SOURCE_ADDRESS%', `${host}:0`)
    .replaceAll('%KUMA_SOURCE_ADDRESS_WITHOUT_PORT%', sourceAddress)
    .replaceAll('%KUMA_SOURCE_SERVICE%', values.sourceService)
    .replaceAll('%KUMA_DESTINATION_SERVICE%', values.destinationService)
    .replaceAll('%KUMA_MESH%', values.mesh)
    .replaceAll('%KUMA_ZONE%', values.zone)
    .replaceAll('%KUMA_WORKLOAD%', values.workload)
    .replaceAll('%KUMA_TRAFFIC_DIRECTION%', values.trafficDirection);
}
