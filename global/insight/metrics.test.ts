import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { insightMetrics } from './metrics.ts';
import { zoneSync } from './zoneSync.ts';

it('tells of the zones as they are at each scrape, and looks at them once for all that it tells', async () => {
  let looks = 0;
  let names = ['east'];
  const metrics = new Registry();
  insightMetrics({
    metrics,
    head: () => 0,
    hub: { position: () => 0 },
    zones: async () => {
      looks++;
      return names.map((name) => zoneSync({ name, dataplanes: 0 }, []));
    },
  });
  const scraped = await metrics.metrics();
  expect(scraped).toContain('meridian_sync_in_sync{zone="east"} 0');
  expect(scraped).toContain('meridian_sync_state{zone="east",state="offline"} 1');
  expect(looks).toBe(1);
  names = ['west'];
  const later = await metrics.metrics();
  expect(later).toContain('{zone="west"}');
  expect(later).not.toContain('east');
  expect(looks).toBe(2);
});
