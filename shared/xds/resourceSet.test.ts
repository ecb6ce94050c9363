import { describe, expect, it } from 'vitest';
import { layered, ResourceSet } from './resourceSet.ts';

const common = new Map([
  ['b', { name: 'b' }],
  ['d', { name: 'd' }],
]);

function world() {
  const set = new ResourceSet();
  set.share('cluster', common);
  return set;
}

const clusters = (set: ResourceSet) => [...layered(set.layers()).snapshot.cluster];

describe('resources of a proxy', () => {
  it('that nobody else has stand among the common ones in the order of their names', () => {
    const set = world();
    for (const name of ['e', 'a', 'c']) set.put('cluster', name, { name });
    expect(clusters(set).map(([name]) => name)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(set.names('cluster').sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('are the very map that others have, when it has none of its own', () => {
    expect(layered(world().layers()).snapshot.cluster).toBe(common);
  });

  it('take the place of common ones, and are taken away, without a change for the others', () => {
    const set = world();
    set.put('cluster', 'b', { name: 'b', mine: true });
    set.edit('cluster', 'd', (copy) => {
      copy.edited = true;
    });
    expect(clusters(set)).toEqual([
      ['b', { name: 'b', mine: true }],
      ['d', { name: 'd', edited: true }],
    ]);
    set.remove('cluster', 'b');
    expect(set.get('cluster', 'b')).toBeUndefined();
    expect(clusters(set).map(([name]) => name)).toEqual(['d']);
    expect([...common.values()]).toEqual([{ name: 'b' }, { name: 'd' }]);
  });

  it('keep their map where nothing is different from before', () => {
    const own = { name: 'a' };
    const make = (shared: typeof common, mine: object) => {
      const set = new ResourceSet();
      set.share('cluster', shared);
      set.put('cluster', 'a', mine);
      return set.layers();
    };
    const before = layered(make(common, own));
    expect(layered(make(common, own), before).snapshot.cluster).toBe(before.snapshot.cluster);
    expect(layered(make(new Map(common), own), before).snapshot.cluster).toBe(before.snapshot.cluster);
    expect(layered(make(common, { name: 'a' }), before).snapshot.cluster).not.toBe(before.snapshot.cluster);
  });
});
