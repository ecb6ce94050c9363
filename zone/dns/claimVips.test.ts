import { describe, expect, it } from 'vitest';
import { View } from '../../shared/view/view.ts';
import { StaleWrite, type ZoneLog } from '../replica/ports.ts';
import { resource } from '../../test/support/resource.ts';
import { claimVips } from './claimVips.ts';
import { nextFree, parseVipRange } from './vipRange.ts';

/** A zone log with compare-and-set, whose messages reach the view at once. @param lacking addresses that only the log has a claim of */
function logOf(view: View, lacking: ReadonlySet<string>): ZoneLog {
  let sequence = 0;
  return {
    put: async (written, expected) => {
      const known = view.get(written, 'zone-1');
      const isTaken = lacking.has(written.name) || expected !== (known?.version ?? 0);
      if (expected !== undefined && isTaken) throw new StaleWrite('taken');
      view.apply({ origin: 'zone-1', key: written, resource: written, version: ++sequence });
      return sequence;
    },
    delete: async () => ++sequence,
  };
}

function zone(lacking: readonly string[] = [], range = '240.0.0.0/4') {
  const view = new View();
  view.apply({
    origin: '',
    key: resource('Mesh', '', 'default'),
    resource: resource('Mesh', '', 'default'),
    version: 1,
  });
  const told: string[] = [];
  let wanted: readonly string[] = [];
  const run = claimVips({
    view,
    zone: 'zone-1',
    range: parseVipRange(range),
    log: logOf(view, new Set(lacking)),
    services: () => wanted,
    now: () => new Date(0),
    onLacking: ({ message }) => told.push(message),
  });
  const claim = (services: readonly string[]) => {
    wanted = services;
    return run();
  };
  const claims = () =>
    Object.fromEntries(
      [...view.entries('Vip', 'default')].map((e) => [
        e.resource.name,
        (e.resource.spec as { service: string }).service,
      ]),
    );
  return { view, claim, claims, told };
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

  it('pass over an address that only the log has a claim of, and say so', async () => {
    const { claim, claims, told } = zone(['240.0.0.1']);
    for (let n = 0; n < 3; n++) await expect(claim(['a', 'b'])).rejects.toThrow(StaleWrite);
    expect(claims()).toEqual({ '240.0.0.0': 'a' });
    await claim(['a', 'b']);
    await claim(['a', 'b', 'c']);
    expect(claims()).toEqual({ '240.0.0.0': 'a', '240.0.0.2': 'b', '240.0.0.3': 'c' });
    expect(told).toEqual([expect.stringContaining('240.0.0.1 of mesh "default" is claimed')]);
  });

  it('are given out of another range than before, however many are claimed of that one', async () => {
    const { view, claim, claims } = zone([], '10.0.0.0/30');
    for (const [service, name] of ['240.0.0.0', '240.0.0.1', '240.0.0.2', '240.0.0.3'].entries()) {
      const vip = resource('Vip', 'default', name, { service: `older-${service}` });
      view.apply({ origin: 'zone-1', key: vip, resource: vip, version: 1 });
    }
    await claim(['older-0', 'newer']);
    expect(claims()).toMatchObject({ '240.0.0.0': 'older-0', '10.0.0.0': 'newer' });
  });

  it('reads a range, and says what is wrong with one', () => {
    expect(nextFree(parseVipRange('10.0.0.7/30'), new Set(['10.0.0.4']))).toBe('10.0.0.5');
    expect(nextFree(parseVipRange('10.0.0.0/32'), new Set(['10.0.0.0']))).toBeUndefined();
    expect(() => parseVipRange('10.0.0.0')).toThrow(/dns.cidr/);
  });
});
