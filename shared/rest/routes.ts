import { publicTypes, restContext } from './context.ts';
import { changeRoutes } from './change/change.ts';
import { absentTypeRoutes } from './crud/absentType.ts';
import { deleteRoutes } from './crud/delete.ts';
import { putRoutes } from './crud/put.ts';
import { readRoutes } from './crud/read.ts';
import type { Route } from './http.ts';
import { envoyAdminRoutes } from './inspect/envoyAdmin.ts';
import { policyProxyRoutes } from './inspect/policyProxies.ts';
import { proxyConfigRoutes } from './inspect/proxyConfig.ts';
import { proxyPolicyRoutes } from './inspect/proxyPolicies.ts';
import { meshServiceOnlyRoutes } from './inspect/meshServiceOnly.ts';
import { proxyRuleRoutes } from './inspect/proxyRules.ts';
import { ruleAttachmentRoutes } from './inspect/ruleAttachments.ts';
import { globalInsightRoutes } from './insight/globalInsight.ts';
import { meshInsightRoutes } from './insight/meshInsight.ts';
import { overviewRoutes } from './insight/overview.ts';
import { serviceInsightRoutes } from './insight/serviceInsight.ts';
import { logRoutes } from './log/log.ts';
import { aboutRoutes } from './meta/about.ts';
import { catalogueRoutes } from './meta/catalogue.ts';
import { guiRoutes } from './meta/gui.ts';
import { kriRoutes } from './meta/kri.ts';
import { openApiRoutes } from './openapi/openapi.ts';
import type { RestDeps } from './ports.ts';
import { rolloutRoutes } from './rollouts.ts';
import { tokenRoutes } from './tokens.ts';
import { zoneCredentialRoutes } from './zoneCredentials.ts';

/** Insights that are counted when they are asked for, and have routes of their own. */
const COMPUTED = new Set(['MeshInsight', 'ServiceInsight']);

/** The whole REST contract of a control plane, as data: a shell mounts it. No two have the same method and path. */
export function restRoutes(deps: RestDeps): readonly Route[] {
  const context = restContext(deps);
  const routes: Route[] = [
    ...aboutRoutes(context),
    ...catalogueRoutes(context),
    ...kriRoutes(context),
    ...guiRoutes(context),
    ...tokenRoutes(context),
    ...zoneCredentialRoutes(context),
    ...meshInsightRoutes(context),
    ...serviceInsightRoutes(context),
    ...globalInsightRoutes(context),
    ...proxyPolicyRoutes(context),
    ...proxyRuleRoutes(context),
    ...ruleAttachmentRoutes(context),
    ...meshServiceOnlyRoutes(context),
    ...envoyAdminRoutes(context),
    ...proxyConfigRoutes(context),
    ...changeRoutes(context),
    ...logRoutes(context),
    ...rolloutRoutes(context),
    ...publicTypes(context).flatMap((descriptor) => [
      ...(COMPUTED.has(descriptor.type) ? [] : readRoutes(context, descriptor)),
      ...putRoutes(context, descriptor),
      ...deleteRoutes(context, descriptor),
      ...overviewRoutes(context, descriptor),
      ...policyProxyRoutes(context, descriptor),
    ]),
  ];
  return [...routes, ...absentTypeRoutes(context), ...openApiRoutes(context, routes)];
}
