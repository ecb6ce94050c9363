import type { Registry } from '../resource/registry.ts';
import type { Resource } from '../resource/resource.ts';
import { EVENT_SCHEMA } from './event.ts';
import type { EventReader } from './message.ts';
import { oftenUsed } from '../resource/oftenUsed.ts';

/** What this build understands of the policy log: its schema, its types, and specs that their schemas take. */
export function eventReader(registry: Registry): EventReader {
  return {
    schema: EVENT_SCHEMA,
    knows: (type) => registry.byType(type) !== undefined,
    refusal: ({ type, spec }: Resource) => {
      const descriptor = registry.byType(type);
      // Of secrets only the sealed form travels; their schema is of the open one.
      if (!descriptor || descriptor.adminOnly || oftenUsed(descriptor.schema).validate(spec)) return undefined;
      const [issue] = descriptor.schema.safeParse(spec).error?.issues ?? [];
      return issue && `${['spec', ...issue.path].join('.')}: ${issue.message}`;
    },
  };
}
