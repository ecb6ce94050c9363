import type { z } from 'zod';
import { message, text } from '../../resource/protoJson.ts';
import { tagSelectors } from '../selectorSchema.ts';
import type { TagSelector } from '../tagSelector.ts';

interface TrafficTraceSpec {
  readonly selectors?: readonly TagSelector[] | undefined;
  readonly conf?: TrafficTraceConf | undefined;
}

export interface TrafficTraceConf {
  /** One of the mesh's `tracing.backends`; absent: the mesh's default. */
  readonly backend?: string | undefined;
}

export const trafficTraceSchema: z.ZodType<TrafficTraceSpec> = message({
  selectors: tagSelectors,
  conf: message({ backend: text }).optional(),
});
