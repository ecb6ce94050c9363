import type { Inbound } from '../resource/dataplane/spec.ts';

/** Does the inbound, or the application behind it, listen there? @param host address of the proxy, too */
export function isAt({ address, port, serviceAddress, servicePort }: Inbound, host: string, wanted: number): boolean {
  const own = address ?? host;
  return (own === host && port === wanted) || ((serviceAddress || own) === host && (servicePort || port) === wanted);
}
