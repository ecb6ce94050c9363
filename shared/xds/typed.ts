/** A configuration with the name of its type beside it: how proto3 JSON writes an `Any`. */
export type Typed<T> = T & { '@type': string };

/** @param type full name of the message, `envoy.config.listener.v3.Listener`. */
export function typed<T extends object>(type: string, config: T): Typed<T> {
  return { '@type': `type.googleapis.com/${type}`, ...config };
}
