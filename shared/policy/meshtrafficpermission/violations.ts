import type { Violation } from '../../resource/violation.ts';
import { clientMatchViolations } from '../clientMatch.ts';
import { PROXY_KINDS } from '../targetRef.ts';
import { fromViolations, rulesViolations, topLevelViolations, type TargetRefMatrix } from '../validateTargetRefs.ts';
import type { ClientMatchSpec, MeshTrafficPermissionSpec } from './schema.ts';

const MATRIX: TargetRefMatrix = {
  top: PROXY_KINDS,
  from: ['Mesh', 'MeshSubset', 'MeshService', 'MeshServiceSubset'],
  rules: true,
};
const LISTS = ['deny', 'allowWithShadowDeny', 'allow'] as const;

/** §3.1, in Kuma's words. */
export function permissionViolations(spec: MeshTrafficPermissionSpec): Violation[] {
  const { from = [], rules = [] } = spec;
  if (from.length === 0 && rules.length === 0) {
    return [
      ...topLevelViolations(spec, MATRIX),
      { field: 'spec', reason: "at least one of 'from' or 'rules' has to be defined" },
    ];
  }
  return [
    ...topLevelViolations(spec, MATRIX),
    ...rulesViolations(spec, MATRIX),
    ...fromViolations(spec, MATRIX.from ?? []),
    ...from.flatMap(({ default: conf }, i) =>
      conf?.action ? [] : [{ field: `spec.from[${i}].default.action`, reason: 'must be defined' }],
    ),
    ...rules.flatMap(({ default: conf = {} }, i) => listViolations(conf, `spec.rules[${i}]`)),
  ];
}

/** Paths in `rules` leave out `default`, as Kuma's do. */
function listViolations(
  conf: Partial<Record<(typeof LISTS)[number], readonly ClientMatchSpec[] | undefined>>,
  field: string,
): Violation[] {
  if (LISTS.every((list) => !conf[list]?.length)) {
    return [
      {
        field: `${field}.default`,
        reason: "at least one of 'allow', 'allowWithShadowDeny' or 'deny' has to be defined",
      },
    ];
  }
  return LISTS.flatMap((list) =>
    (conf[list] ?? []).flatMap((match, i) => clientMatchViolations(match, `${field}.${list}[${i}]`)),
  );
}
