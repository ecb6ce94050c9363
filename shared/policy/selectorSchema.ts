import type { z } from 'zod';
import { list, message, stringMap } from '../resource/protoJson.ts';
import type { TagSelector } from './tagSelector.ts';

/** `sources`, `destinations` and `selectors` of the legacy policies, as written. */
export const tagSelectors: z.ZodType<readonly TagSelector[] | undefined> = list(
  message({ match: stringMap.optional() }),
);
