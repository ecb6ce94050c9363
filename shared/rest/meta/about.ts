import { requireRight } from '../access.ts';
import type { RestContext } from '../context.ts';
import { ok, type Route } from '../http.ts';

/** The release of Kuma whose contract this is. kumactl compares it with its own, and warns before every command when they differ. */
export const KUMA_RELEASE = '2.14.3';

/** `GET /`, `/who-am-i`, `/config`. kumactl asks the first before nearly every command. */
export function aboutRoutes({ about, role, access }: RestContext): Route[] {
  return [
    {
      method: 'GET',
      path: '/',
      title: 'Could not retrieve the index',
      anonymous: true,
      handler: async () => {
        const { gui, hostname, instanceId, version } = about;
        // kumactl refuses a control plane of any other product name
        return ok({
          clusterId: await about.clusterId(),
          gui,
          hostname,
          instanceId,
          product: 'Kuma',
          version: KUMA_RELEASE,
          meridian: version,
        });
      },
    },
    {
      method: 'GET',
      path: '/who-am-i',
      title: 'Could not retrieve the caller',
      handler: async ({ caller: { user, groups } }) => ok({ name: user, groups }),
    },
    {
      method: 'GET',
      path: '/config',
      title: 'Could not retrieve the configuration',
      handler: async ({ caller }) => {
        requireRight(access, 'controlPlaneMetadata', caller);
        return ok({
          mode: role.mode === 'global' ? 'global' : 'zone',
          environment: role.environment,
          ...(role.zone !== undefined && { multizone: { zone: { name: role.zone } } }),
          ...about.config(),
        });
      },
    },
  ];
}
