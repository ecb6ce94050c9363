import { afterAll, describe, expect, test } from 'vitest';
import { play, scriptsIn, seed } from '../../test/support/exchanges.ts';
import { restFixture } from '../../test/support/restFixture.ts';
import { buildApp } from './app.ts';

const opened: { close(): Promise<unknown> }[] = [];
afterAll(() => Promise.all(opened.map((app) => app.close())));

describe('recorded exchanges', () => {
  for (const { name, role, given, exchanges } of scriptsIn(new URL('testdata/', import.meta.url))) {
    test(name, async () => {
      if (role !== 'zone') throw new Error('global and standalone are served by global/api');
      const { deps, resources, errors } = restFixture({ mode: 'zone', zone: 'east', environment: 'universal' });
      const app = buildApp(deps);
      opened.push(app);
      seed(resources, given);
      await play(app, exchanges);
      expect(errors).toEqual([]);
    });
  }
});
