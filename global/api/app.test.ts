import { afterAll, describe, expect, test } from 'vitest';
import { restFixture } from '../../test/support/restFixture.ts';
import { play, scriptsIn, seed } from '../../test/support/exchanges.ts';
import { buildApp } from './app.ts';

const ROLES = {
  global: { mode: 'global', environment: 'universal' },
  standalone: { mode: 'standalone', zone: 'default', environment: 'universal' },
} as const;

const opened: { close(): Promise<unknown> }[] = [];
afterAll(() => Promise.all(opened.map((app) => app.close())));

function open(role: keyof typeof ROLES, more: Parameters<typeof restFixture>[1] = {}, options = {}) {
  const fixture = restFixture(ROLES[role], more);
  const app = buildApp(fixture.deps, options);
  opened.push(app);
  return { app, ...fixture };
}

describe('recorded exchanges', () => {
  for (const { name, role, given, exchanges } of scriptsIn(new URL('testdata/', import.meta.url))) {
    test(name, async () => {
      if (role === 'zone') throw new Error('a zone is served by zone/api');
      const { app, resources, errors } = open(role);
      seed(resources, given);
      await play(app, exchanges);
      expect(errors).toEqual([]);
    });
  }
});
