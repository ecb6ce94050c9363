import { z } from 'zod';
import { clientMatch, targetRef } from '../targetRef.ts';

const action = z.enum(['Allow', 'Deny', 'AllowWithShadowDeny']);

const matches = z.array(clientMatch).optional();

/** Who may call: the older `from` with an action for groups of clients, or `rules` with lists of client identities. */
export const meshTrafficPermissionSchema = z.object({
  targetRef: targetRef.optional(),
  from: z.array(z.object({ targetRef, default: z.object({ action: action.optional() }).optional() })).optional(),
  rules: z
    .array(z.object({ default: z.object({ deny: matches, allowWithShadowDeny: matches, allow: matches }).optional() }))
    .optional(),
});

export type MeshTrafficPermissionSpec = z.infer<typeof meshTrafficPermissionSchema>;
export type ClientMatchSpec = z.infer<typeof clientMatch>;

/** Of a `from` entry: an action; of a `rules` entry: three lists. */
export interface MeshTrafficPermissionConf {
  readonly action?: z.infer<typeof action> | undefined;
  readonly deny?: readonly ClientMatchSpec[] | undefined;
  readonly allowWithShadowDeny?: readonly ClientMatchSpec[] | undefined;
  readonly allow?: readonly ClientMatchSpec[] | undefined;
}
