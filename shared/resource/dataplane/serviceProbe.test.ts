import { expect, test } from 'vitest';
import { withProbeAnswers, withProbedStates } from './serviceProbe.ts';
import type { DataplaneSpec, Inbound } from './spec.ts';

const dataplane = (...inbound: Inbound[]): DataplaneSpec => ({ networking: { address: '10.0.0.1', inbound } });
const probed = (more: Partial<Inbound> = {}): Inbound => ({ port: 80, serviceProbe: { tcp: {} }, ...more });
const UP = { health: { ready: true } };
const DOWN = { state: 'NotReady', health: { ready: false } } as const;

test('inbounds with a probe start not ready, the others as they are written', () => {
  expect(withProbedStates(dataplane(probed(), { port: 81 }), undefined)).toEqual(dataplane(probed(DOWN), { port: 81 }));
});

test('whoever writes a Dataplane again does not undo what its probes found', () => {
  const was = dataplane(probed(UP), probed({ port: 81, ...DOWN }));
  const written = dataplane(probed(DOWN), probed({ port: 81, ...UP }), probed({ port: 82 }));
  // Who has no probe before is taken at its word until the probe knows better: it may be serving.
  expect(withProbedStates(written, was)).toEqual(
    dataplane(probed(UP), probed({ port: 81, ...DOWN }), probed({ port: 82 })),
  );
  const unprobed = dataplane({ port: 80, state: 'NotReady' });
  expect(withProbedStates(dataplane(probed()), unprobed)).toEqual(dataplane(probed()));
});

test('an answer becomes the readiness of the inbound that was probed', () => {
  const spec = dataplane(probed(DOWN), { port: 81, state: 'NotReady' }, probed({ port: 82, state: 'Ignored' }));
  expect(withProbeAnswers(spec, () => true)).toEqual(
    dataplane(probed(UP), { port: 81, state: 'NotReady' }, probed({ port: 82, state: 'Ignored' })),
  );
  expect(withProbeAnswers(dataplane(probed()), () => false)).toEqual(dataplane(probed(DOWN)));
});

test('nothing new is no other Dataplane', () => {
  const spec = dataplane(probed(DOWN), probed({ port: 81 }));
  expect(withProbeAnswers(spec, ({ port }) => (port === 80 ? false : undefined))).toBe(spec);
  expect(withProbedStates(spec, spec)).toEqual(dataplane(probed(DOWN), probed({ port: 81, ...UP })));
});
