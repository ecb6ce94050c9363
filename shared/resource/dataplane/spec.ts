import type { BackendRef } from './backendRefs.ts';
import type { MetricsBackend } from '../mesh/metrics.ts';
import type { Tags } from '../tags.ts';

/** A Dataplane as parsed: defaults are not filled in, since Kuma answers with what was written. */
export interface DataplaneSpec {
  readonly networking: {
    readonly address: string;
    readonly advertisedAddress?: string | undefined;
    readonly inbound?: readonly Inbound[] | undefined;
    readonly outbound?: readonly Outbound[] | undefined;
    readonly gateway?: { readonly type?: 'DELEGATED' | 'BUILTIN' | undefined; readonly tags: Tags } | undefined;
    readonly transparentProxying?:
      | {
          readonly redirectPortInbound?: number | undefined;
          readonly redirectPortOutbound?: number | undefined;
          readonly ipFamilyMode?: 'UnSpecified' | 'DualStack' | 'IPv4' | 'IPv6' | undefined;
          readonly reachableServices?: readonly string[] | undefined;
          /** Services whose instances may be dialled by their own addresses; `*` stands for all. */
          readonly directAccessServices?: readonly string[] | undefined;
          /** Real resources that are called, instead of all; there are none here, so it can only name none. */
          readonly reachableBackends?: ReachableBackends | undefined;
        }
      | undefined;
    readonly admin?: { readonly port?: number | undefined } | undefined;
  };
  /** What is different for this proxy from what its mesh says. */
  readonly metrics?: MetricsBackend | undefined;
  readonly probes?: Probes | undefined;
}

export interface ReachableBackends {
  readonly refs?: readonly BackendRef[] | undefined;
}

export interface Inbound {
  readonly port: number;
  readonly servicePort?: number | undefined;
  readonly serviceAddress?: string | undefined;
  readonly address?: string | undefined;
  readonly name?: string | undefined;
  readonly protocol?: string | undefined;
  readonly tags?: Tags | undefined;
  readonly state?: 'Ready' | 'NotReady' | 'Ignored' | undefined;
  readonly health?: { readonly ready?: boolean | undefined } | undefined;
  readonly serviceProbe?: ServiceProbe | undefined;
}

/** How the proxy looks whether its application answers. Durations are seconds, `1s`. */
export interface ServiceProbe {
  readonly interval?: string | undefined;
  readonly timeout?: string | undefined;
  readonly unhealthyThreshold?: number | undefined;
  readonly healthyThreshold?: number | undefined;
  /** A connection is an answer; what else there could be is not known yet. */
  readonly tcp?: object | undefined;
}

export interface Outbound {
  readonly address?: string | undefined;
  readonly port: number;
  readonly tags?: Tags | undefined;
  /** In place of tags; refused. */
  readonly backendRef?: BackendRef | undefined;
}

/** `name`, else the port as text: what a targetRef's `sectionName` means. */
export function sectionName(inbound: Inbound): string {
  return inbound.name || String(inbound.port);
}

/** It is served, but offered to nobody, counted nowhere and none of the policies' business. */
export function isIgnored({ state }: Inbound): boolean {
  return state === 'Ignored';
}

/** Takes traffic: state Ready and, where a health is given, ready. */
export function isHealthy(inbound: Inbound): boolean {
  return (inbound.state ?? 'Ready') === 'Ready' && (inbound.health === undefined || inbound.health.ready === true);
}

/** Virtual probes: paths of a port without mTLS that lead to paths of the application. */
export interface Probes {
  readonly port: number;
  readonly endpoints?: readonly ProbeEndpoint[] | undefined;
}

interface ProbeEndpoint {
  /** Port of the application. */
  readonly inboundPort: number;
  readonly inboundPath: string;
  /** Path that is asked for. */
  readonly path: string;
}
