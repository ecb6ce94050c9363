import type { z } from 'zod';
import { message, text } from '../../resource/protoJson.ts';
import { tagSelectors } from '../selectorSchema.ts';
import type { TagSelector } from '../tagSelector.ts';

interface TrafficLogSpec {
  readonly sources?: readonly TagSelector[] | undefined;
  readonly destinations?: readonly TagSelector[] | undefined;
  readonly conf?: TrafficLogConf | undefined;
}

export interface TrafficLogConf {
  /** One of the mesh's `logging.backends`; absent: the mesh's default. */
  readonly backend?: string | undefined;
}

export const trafficLogSchema: z.ZodType<TrafficLogSpec> = message({
  sources: tagSelectors,
  destinations: tagSelectors,
  conf: message({ backend: text }).optional(),
});
