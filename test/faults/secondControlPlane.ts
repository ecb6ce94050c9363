import { ControlPlane } from '../../deploy/demo/controlPlane.ts';
import { folderOf } from '../../deploy/demo/ground.ts';
import { freePorts } from '../../deploy/demo/ports.ts';
import type { FaultZone, World } from './world.ts';

/** Another control plane of the zone, with data of its own, not started. @param build as of `startMeridian` */
export async function secondControlPlane(
  { ground }: World,
  { name, env }: FaultZone,
  build?: string,
): Promise<ControlPlane> {
  const [api = 0, dp = 0, diagnostics = 0] = await freePorts(3);
  const settings = {
    ...env,
    MERIDIAN_ZONE_API_PORT: String(api),
    MERIDIAN_ZONE_DP_PORT: String(dp),
    MERIDIAN_ZONE_DIAGNOSTICS_PORT: String(diagnostics),
    MERIDIAN_ZONE_DATA_DIR: folderOf(ground, `${name}-b`),
    // What the instances of a zone have in common.
    MERIDIAN_ZONE_KEYS_DIR: env.MERIDIAN_ZONE_KEYS_DIR ?? env.MERIDIAN_ZONE_DATA_DIR ?? '',
  };
  return new ControlPlane(ground, `${name}-b`, 'zone', settings, build);
}
