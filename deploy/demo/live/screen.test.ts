import { expect, test } from 'vitest';
import { screen } from './screen.ts';

const zone = (name: string, rest: object = {}) => ({
  name,
  state: 'online',
  inSync: true,
  position: 12,
  lag: 0,
  lagSeconds: 0,
  quarantined: 0,
  instances: [],
  digest: 'abcdef0123456789',
  digestEqual: true,
  sidecars: { connected: 3, total: 3 },
  ...rest,
});

test('shows zones, the last change and the traffic', () => {
  const text = screen({
    status: {
      position: 12,
      zones: [
        zone('zone-1'),
        zone('zone-2', {
          state: 'diverged',
          inSync: false,
          position: 10,
          lag: 2,
          digestEqual: false,
          reason: 'applying',
        }),
      ],
      rollouts: [
        {
          position: 12,
          at: '2026-11-22T09:00:00.000Z',
          what: 'default/MeshTimeout/t',
          proxies: 5,
          acknowledged: 4,
          rejected: 1,
          milliseconds: 7,
          errors: [{ proxy: 'default.web', error: 'bad' }],
        },
      ],
    },
    silence: undefined,
    traffic: [
      {
        service: 'backend',
        total: 9,
        failed: 1,
        median: 3.21,
        last: '200 from backend-1 in zone-2',
        answeredBy: new Map([['backend-1 in zone-2', 8]]),
      },
    ],
    guide: 'URLs',
    events: ['zone-1 (pid 1) ended unexpectedly'],
  });
  const cells = text.split('\n').map((line) => line.split(/ {3,}/));
  expect(cells).toContainEqual(['zone-1', '● in sync', '12 of 12', '0', 'abcdef012345 = global', '3 of 3']);
  expect(cells).toContainEqual([
    'zone-2',
    '○ diverged',
    '10 of 12',
    '2',
    'abcdef012345 ≠ global',
    '3 of 3',
    'applying',
  ]);
  expect(text).toContain(
    'last change: position 12 default/MeshTimeout/t, 4 of 5 proxies have it in 7 ms, 1 rejected it',
  );
  expect(cells).toContainEqual([
    'frontend → backend',
    '9',
    '1',
    '3.2 ms',
    'backend-1 in zone-2',
    '200 from backend-1 in zone-2',
  ]);
  expect(text).toContain('zone-1 (pid 1) ended unexpectedly');
});

test('goes on when global is silent', () => {
  const text = screen({ status: undefined, silence: 'nothing listens there', traffic: [], guide: '', events: [] });
  expect(text).toContain('global does not answer (nothing listens there); the zones go on without it');
});
