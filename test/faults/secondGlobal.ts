import { join } from 'node:path';
import { ControlPlane } from '../../deploy/demo/controlPlane.ts';
import { folderOf } from '../../deploy/demo/ground.ts';
import { freePorts } from '../../deploy/demo/ports.ts';
import type { World } from './world.ts';

/** Another global control plane on the same PostgreSQL and hub, not started. @param build as of `startMeridian` */
export async function secondGlobal({ ground, globalEnv }: World, build?: string): Promise<ControlPlane> {
  const [api = 0, https = 0, diagnostics = 0] = await freePorts(3);
  const settings = {
    ...globalEnv,
    MERIDIAN_GLOBAL_API_PORT: String(api),
    MERIDIAN_GLOBAL_API_HTTPS_PORT: String(https),
    MERIDIAN_GLOBAL_DIAGNOSTICS_PORT: String(diagnostics),
    MERIDIAN_GLOBAL_DATA_DIR: folderOf(ground, 'global-2'),
    MERIDIAN_GLOBAL_SECRETS_KEY_FILE: join(globalEnv.MERIDIAN_GLOBAL_DATA_DIR ?? '', 'secrets.key'),
  };
  return new ControlPlane(ground, 'global-2', 'global', settings, build);
}
