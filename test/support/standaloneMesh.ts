import type { CallResult } from '../../deploy/demo/apps/callByName.ts';
import type { Ground } from '../../deploy/demo/ground.ts';
import { LoopbackPrefixes } from '../../deploy/demo/loopback.ts';
import { createMesh } from '../../deploy/demo/mesh.ts';
import { type Standalone, startStandalone } from '../../deploy/demo/standalone.ts';
import { Tokens } from '../../deploy/demo/tokens.ts';
import { until } from '../../deploy/demo/until.ts';
import { startWorkload, type WorkloadDeps } from '../../deploy/demo/workload.ts';

/** A control plane that is alone, with a mesh in which `frontend` calls `backend`, one instance of each. */
export interface StandaloneMesh {
  readonly standalone: Standalone;
  /** What further proxies are started with. */
  readonly deps: WorkloadDeps;
  /** frontend calls backend by its name. */
  call(): Promise<CallResult>;
  untilCall(status: number): Promise<CallResult>;
}

/** @param name of its zone */
export async function startStandaloneMesh(ground: Ground, name: string): Promise<StandaloneMesh> {
  const standalone = await startStandalone(ground, { name, dpAuth: 'dpToken' });
  await createMesh(standalone.api);
  const deps = { ground, tokens: new Tokens(standalone.api), prefixes: new LoopbackPrefixes(standalone.vipPort) };
  // By its name, as in `meridian dp`'s default and kuma-dp's: Envoy looks that up otherwise than the machine does.
  const byName = { ...standalone, ads: standalone.ads.replace('127.0.0.1', 'localhost') };
  const [frontend] = await Promise.all([
    startWorkload(deps, byName, { service: 'frontend', name: 'frontend-1' }),
    startWorkload(deps, byName, { service: 'backend', name: 'backend-1' }),
  ]);
  const call = async () => {
    const url = encodeURIComponent(`http://backend.mesh:${standalone.vipPort}/`);
    return (await (await fetch(`${frontend.url}/call?url=${url}`)).json()) as CallResult;
  };
  const untilCall = (status: number) =>
    until({ what: `backend answers ${status}`, probe: call, holds: (result) => result.status === status });
  return { standalone, deps, call, untilCall };
}
