import type { Violation } from '../../resource/violation.ts';
import { clientMatchViolations } from '../clientMatch.ts';
import { clientTags, partition } from '../clientSpace.ts';
import { type Kind, PROXY_KINDS } from '../targetRef.ts';
import { entryViolations, policyViolations, type TargetRefMatrix } from '../validateTargetRefs.ts';
import type { MeshTrafficPermissionSpec } from './schema.ts';

const CLIENTS: readonly Kind[] = ['Mesh', 'MeshSubset', 'MeshService', 'MeshServiceSubset'];
const MATRIX: TargetRefMatrix = { top: PROXY_KINDS, from: CLIENTS, rules: true };

const LISTS = ['allow', 'allowWithShadowDeny', 'deny'] as const;

/**
 * What is wrong with a MeshTrafficPermission, in Kuma's words and with its paths, which leave out the `default` of a rule. A match that
 * says nothing is refused: it would be everybody.
 */
export function permissionViolations(spec: MeshTrafficPermissionSpec): Violation[] {
  return [
    ...policyViolations(spec, MATRIX),
    ...(spec.rules ?? []).flatMap(({ default: conf = {} }, i): Violation[] => {
      const field = `spec.rules[${i}]`;
      if (LISTS.every((list) => !conf[list]?.length))
        return [{ field, reason: "at least one of 'allow', 'allowWithShadowDeny', 'deny' has to be defined" }];
      return LISTS.flatMap((list) =>
        (conf[list] ?? []).flatMap((match, j) => clientMatchViolations(match, `${field}.${list}[${j}]`)),
      );
    }),
    ...entryViolations(spec.from, 'spec.from', CLIENTS, ({ default: conf }, at) =>
      conf?.action ? [] : [{ field: `${at}.default.action`, reason: 'must be defined' }],
    ),
    ...groupViolations(spec.from ?? []),
  ];
}

function groupViolations(from: NonNullable<MeshTrafficPermissionSpec['from']>): Violation[] {
  try {
    partition(from.map(({ targetRef }) => clientTags(targetRef)));
    return [];
  } catch (error) {
    return [{ field: 'spec.from', reason: (error as Error).message }];
  }
}
