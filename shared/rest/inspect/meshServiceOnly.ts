import { requireMesh, type RestContext } from '../context.ts';
import { BadRequest, Invalid, NotFound } from '../errors.ts';
import type { Route } from '../http.ts';

/** Of one proxy, with what the error calls them. */
const OF_A_PROXY = [
  ['_layout', '_layout'],
  ['_policies', '_policies'],
  ['_inbounds/:kri/_policies', '_policies'],
  ['_outbounds/:kri/_policies', '_policies'],
  ['_outbounds/:kri/_routes', '_routes'],
  ['_outbounds/:kri/_routes/:route/_policies', '_policies'],
] as const;

/**
 * Inspect endpoints of meshes whose services are MeshServices. No mesh here has them (`meshServices.mode` is refused), so these
 * answer what Kuma answers for such meshes; the GUI then asks for the older ones.
 */
export function meshServiceOnlyRoutes(context: RestContext): Route[] {
  return [
    ...OF_A_PROXY.map(
      ([path, endpoint]): Route => ({
        method: 'GET',
        path: `/meshes/:mesh/dataplanes/:name/${path}`,
        title: 'Bad Request',
        handler: async ({ params: { mesh = '' } }) => {
          await requireMesh(context, mesh, endpoint === '_layout' ? 'Failed to build MeshContext' : undefined);
          throw new BadRequest(`bad request: can't use ${endpoint} endpoint without meshService enabled`);
        },
      }),
    ),
    hostnames(),
  ];
}

/** Types that have hostnames. */
const SERVICE_TYPES = ['meshservices', 'meshexternalservices', 'meshmultizoneservices'];

function hostnames(): Route {
  return {
    method: 'GET',
    path: '/meshes/:mesh/:serviceType/:name/_hostnames',
    title: 'Could not retrieve hostnames',
    handler: async ({ params: { serviceType = '' } }) => {
      if (!SERVICE_TYPES.includes(serviceType))
        throw new Invalid([], `only "${SERVICE_TYPES.join(',')}" are available for inspection`);
      throw new NotFound('could not retrieve service');
    },
  };
}
