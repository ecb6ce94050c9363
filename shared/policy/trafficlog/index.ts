import { defineLegacyPolicy } from '../legacyPolicy.ts';
import { selectorViolations } from '../selectorViolations.ts';
import { applyTrafficLog } from './apply.ts';
import { trafficLogSchema } from './schema.ts';

export const descriptor = defineLegacyPolicy({
  type: 'TrafficLog',
  path: 'traffic-logs',
  singularDisplayName: 'Traffic Log',
  pluralDisplayName: 'Traffic Logs',
  schema: trafficLogSchema,
  validate: ({ spec: { sources, destinations } }) => [
    ...selectorViolations(sources, 'sources', 'source'),
    ...selectorViolations(destinations, 'destinations', 'destination'),
  ],
  effects: { connections: applyTrafficLog },
});
