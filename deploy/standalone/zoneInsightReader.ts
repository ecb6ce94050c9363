import type { ResourceReader, Stored } from '../../shared/rest/ports.ts';

const TYPE = 'ZoneInsight';

/** What a reader has, and the insights of zones, which are in no log. */
export function zoneInsightReader(held: ResourceReader, insights: () => readonly Stored[]): ResourceReader {
  return {
    get: async (key) =>
      key.type === TYPE ? insights().filter(({ resource }) => resource.name === key.name) : held.get(key),
    list: async (type, mesh) => (type === TYPE ? insights() : held.list(type, mesh)),
  };
}
