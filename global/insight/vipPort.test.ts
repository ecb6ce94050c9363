import { expect, test } from 'vitest';
import type { ZoneStatus } from '../../shared/event/status.ts';
import { vipPortOf } from './vipPort.ts';

test('the port is the one that the zone reports', () => {
  const report = (config: ZoneStatus['config']) => ({ status: { config } as ZoneStatus });
  const reports = new Map([
    ['east', new Map([['cp-1', report({ 'service.vipPort': 8080 })]])],
    ['west', new Map([['cp-1', report({})]])],
  ]);
  expect([vipPortOf(reports, 'east'), vipPortOf(reports, 'west'), vipPortOf(reports, 'north')]).toEqual([8080, 80, 80]);
});
