import { defineLegacyPolicy } from '../legacyPolicy.ts';
import { selectorViolations } from '../selectorViolations.ts';
import { applyTrafficTrace } from './apply.ts';
import { trafficTraceSchema } from './schema.ts';

export const descriptor = defineLegacyPolicy({
  type: 'TrafficTrace',
  path: 'traffic-traces',
  singularDisplayName: 'Traffic Trace',
  pluralDisplayName: 'Traffic Traces',
  schema: trafficTraceSchema,
  validate: ({ spec: { selectors } }) => selectorViolations(selectors, 'selectors', 'tags'),
  effects: { proxy: applyTrafficTrace },
});
