import { describe, expect, it } from 'vitest';
import type { Resource } from '../../shared/resource/resource.ts';
import { View } from '../../shared/view/view.ts';
import { StaleWrite, type ZoneLog } from '../replica/ports.ts';
import { claimVips } from './claimVips.ts';
import { nextFree, parseVipRange } from './vipRange.ts';

const resource = (type: string, mesh: string, name: string, spec: unknown = {}): Resource => ({
  type,
  mesh,
  name,
  labels: {},
  creationTime: '',
  modificationTime: '',
  spec,
});

/** A zone log with compare-and-set, whose messages reach the view at once. */
function logOf(view: View): ZoneLog {
  let sequence = 0;
  return {
    put: async (written, expected) => {
      const known = view.get(written, 'zone-1');
      if (expected !== undefined && expected !== (known?.version ?? 0)) throw new StaleWrite('taken');
      view.apply({ origin: 'zone-1', key: written, resource: written, version: ++sequence });
      return sequence;
    },
    delete: async () => ++sequence,
  };
}

function zone() {
  const view = new View();
  view.apply({
    origin: '',
    key: resource('Mesh', '', 'default'),
    resource: resource('Mesh', '', 'default'),
    version: 1,
  });
  const claim = (services: string[]) =>
    claimVips({
      view,
      zone: 'zone-1',
      range: parseVipRange('240.0.0.0/4'),
      log: logOf(view),
      services: () => services,
      now: () => new Date(0),
    });
  const claims = () =>
    Object.fromEntries(
      [...view.entries('Vip', 'default')].map((e) => [
        e.resource.name,
        (e.resource.spec as { service: string }).service,
      ]),
    );
  return { claim, claims };
}

describe('virtual IPs', () => {
  it('are given in the order of the range, one a service, and stay', async () => {
    const { claim, claims } = zone();
    await claim(['b', 'a']);
    expect(claims()).toEqual({ '240.0.0.0': 'a', '240.0.0.1': 'b' });
    await claim(['c']);
    await claim(['a', 'b', 'c']);
    expect(claims()).toEqual({ '240.0.0.0': 'a', '240.0.0.1': 'b', '240.0.0.2': 'c' });
  });

  it('reads a range, and says what is wrong with one', () => {
    expect(nextFree(parseVipRange('10.0.0.7/30'), new Set(['10.0.0.4']))).toBe('10.0.0.5');
    expect(nextFree(parseVipRange('10.0.0.0/32'), new Set(['10.0.0.0']))).toBeUndefined();
    expect(() => parseVipRange('10.0.0.0')).toThrow(/dns.cidr/);
  });
});
