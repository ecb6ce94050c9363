import { afterAll, describe, expect, test } from 'vitest';
import { restFixture } from '../test/support/restFixture.ts';
import { play, scriptsIn, seed } from '../test/support/exchanges.ts';
import { buildApp } from './app.ts';

const ROLES = {
  global: { mode: 'global', environment: 'universal' },
  zone: { mode: 'zone', zone: 'east', environment: 'universal' },
  standalone: { mode: 'standalone', zone: 'default', environment: 'universal' },
} as const;

const opened: { close(): Promise<unknown> }[] = [];
afterAll(() => Promise.all(opened.map((app) => app.close())));

describe('recorded exchanges', () => {
  for (const { name, role, given, exchanges } of scriptsIn(new URL('testdata/', import.meta.url))) {
    test(name, async () => {
      const { deps, resources, errors } = restFixture(ROLES[role]);
      const app = buildApp(deps);
      opened.push(app);
      seed(resources, given);
      await play(app, exchanges);
      expect(errors).toEqual([]);
    });
  }
});
