import type { Cluster } from './cluster.ts';
import type { CallResult } from './apps/callByName.ts';
import type { Workloads } from './workloads.ts';

/** A running cluster with its applications, as the live view and the proofs see it. */
export interface Demo {
  readonly cluster: Cluster;
  readonly workloads: Workloads;
}

/** `http://backend.mesh:<port>/path`: what a program in the mesh calls. */
export function meshUrl({ cluster }: Demo, service: string, path = '/'): string {
  return `http://${service}.mesh:${cluster.vipPort}${path}`;
}

/** Lets `frontend` call a service by name, and tells what came of it. */
export async function callFromFrontend(demo: Demo, service: string, path = '/'): Promise<CallResult> {
  const frontend = demo.workloads.get('frontend-1');
  const url = `${frontend.url}/call?url=${encodeURIComponent(meshUrl(demo, service, path))}`;
  const response = await fetch(url, { signal: AbortSignal.timeout(40_000) });
  return (await response.json()) as CallResult;
}

/** What `backend` and `catalog` answer. */
interface ServiceAnswer {
  readonly service: string;
  readonly version: string;
  readonly zone: string;
  readonly instance: string;
  readonly path: string;
  readonly caller: string | null;
}

/** The answer's body, when a service gave it. */
export function answerOf(result: CallResult): ServiceAnswer | undefined {
  return result.status === 200 ? (result.body as ServiceAnswer) : undefined;
}

/** A call in a few words, for errors. */
export function callText(result: CallResult): string {
  if (result.error) return `no answer (${result.error})`;
  const answer = answerOf(result);
  return answer ? `200 from ${answer.instance} in ${answer.zone}` : `${result.status} ${JSON.stringify(result.body)}`;
}
