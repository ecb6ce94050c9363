import { definePolicy } from '../definePolicy.ts';
import { policyWarnings } from '../warnings.ts';
import { applyMeshHTTPRoute } from './apply.ts';
import { mergeRoutes } from './mergeRoutes.ts';
import { meshHttpRouteSchema } from './schema.ts';
import { routeViolations } from './violations.ts';

export const descriptor = definePolicy({
  type: 'MeshHTTPRoute',
  path: 'meshhttproutes',
  shortName: 'mhttpr',
  singularDisplayName: 'Mesh HTTP Route',
  pluralDisplayName: 'Mesh HTTP Routes',
  order: 100,
  traits: { hasTo: true, hasFrom: false, hasRules: false, isFromAsRules: false },
  schema: meshHttpRouteSchema,
  validate: ({ spec }) => routeViolations(spec),
  warnings: ({ spec }) => policyWarnings(spec),
  mergeConfs: (confs) => mergeRoutes(confs),
  effects: { outbound: applyMeshHTTPRoute },
});
