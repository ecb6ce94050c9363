import type { ResourceDescriptor } from '../../resource/descriptor.ts';
import { isWritable, type Role } from '../../resource/role.ts';
import { publicTypes, type RestContext } from '../context.ts';
import { ok, type Route } from '../http.ts';

/** `GET /_resources` and `/policies`: the types of this build. */
export function catalogueRoutes(context: RestContext): Route[] {
  const types = publicTypes(context);
  return [
    {
      method: 'GET',
      path: '/_resources',
      title: 'Could not retrieve resource types',
      handler: async () => ok({ resources: types.map((type) => resourceType(type, context.role)) }),
    },
    {
      method: 'GET',
      path: '/policies',
      title: 'Could not retrieve policies',
      handler: async () =>
        ok({ policies: types.filter(({ policy }) => policy).map((type) => policyType(type, context)) }),
    },
  ];
}

/** `readOnly` is the type's own flag, but on a zone true for all: so Kuma, and so its GUI expects. */
function resourceType(descriptor: ResourceDescriptor, { mode }: Role): object {
  const {
    type,
    path,
    scope,
    readOnly = false,
    singularDisplayName,
    pluralDisplayName,
    shortName = '',
    includeInFederation,
    policy,
  } = descriptor;
  return {
    name: type,
    path,
    scope,
    readOnly: mode === 'zone' || readOnly,
    singularDisplayName,
    pluralDisplayName,
    shortName,
    includeInFederation,
    ...(policy && {
      policy: {
        isTargetRef: policy.isTargetRef,
        hasToTargetRef: policy.hasTo,
        hasFromTargetRef: policy.hasFrom,
        hasRulesTargetRef: policy.hasRules,
        isFromAsRules: policy.isFromAsRules,
      },
    }),
  };
}

function policyType(descriptor: ResourceDescriptor, { role, readOnly }: RestContext): object {
  const { type, path, singularDisplayName, pluralDisplayName, policy } = descriptor;
  return {
    name: type,
    readOnly: readOnly || !isWritable(descriptor, role),
    path,
    singularDisplayName,
    pluralDisplayName,
    isExperimental: false,
    isTargetRefBased: policy?.isTargetRef ?? false,
    isInbound: policy?.hasFrom ?? false,
    isOutbound: policy?.hasTo ?? false,
  };
}
