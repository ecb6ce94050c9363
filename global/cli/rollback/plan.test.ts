import { expect, test } from 'vitest';
import type { EventKey, ShownEvent } from '../log/event.ts';
import { planRollback } from './plan.ts';
import type { Touched } from './touched.ts';

const key = (type: string, name: string, mesh = ''): EventKey => ({ type, mesh, name });

type Shown = Touched['was'];

/** Of which a newest event says what it is now. */
function touched(of: EventKey, was: Shown, now: Shown, version = 3): Touched {
  const last: ShownEvent = {
    position: 9,
    change: { id: 'c', index: 0, size: 1 },
    type: now ? 'ResourceUpdated' : 'ResourceDeleted',
    key: of,
    version,
    at: '2026-11-22T10:00:00Z',
    by: { user: 'somebody' },
    resource: now ?? null,
  };
  return { key: of, last, was };
}

const resource = (of: EventKey, more: object = {}) => ({ ...of, creationTime: 'a', modificationTime: 'b', ...more });

const whole = { isNamed: false };

test('goes back from what is there now to what was: changed, deleted, made since then', () => {
  const [changed, deleted, made, same] = ['changed', 'deleted', 'made', 'same'].map((name) => key('T', name, 'm'));
  if (!changed || !deleted || !made || !same) throw new Error('four keys');
  const plan = planRollback(
    [
      touched(changed, resource(changed, { spec: 1 }), resource(changed, { spec: 2 })),
      touched(deleted, resource(deleted, { spec: 1 }), undefined),
      touched(made, undefined, resource(made)),
      touched(same, resource(same, { spec: 1 }), resource(same, { spec: 1, modificationTime: 'c' })),
    ],
    whole,
  );
  expect(plan).toEqual({
    documents: [
      { ...changed, spec: 1 },
      { ...deleted, spec: 1 },
    ],
    conditions: { ifMatch: ['"3"', null], ifNoneMatch: [null, '*'] },
    deletions: [{ ...made, ifMatch: '"3"' }],
    lost: [],
    kept: [],
  });
});

test('meshes come first, one that was made since then goes with all that is in it, one that comes back gets no first policies', () => {
  const [back, gone] = [key('Mesh', 'back'), key('Mesh', 'gone')];
  const inBack = key('T', 't', 'back');
  const plan = planRollback(
    [
      touched(inBack, resource(inBack), undefined),
      touched(back, resource(back), undefined),
      touched(gone, undefined, resource(gone)),
      touched(key('T', 't', 'gone'), undefined, resource(key('T', 't', 'gone'))),
      touched(key('Secret', 's', 'gone'), undefined, resource(key('Secret', 's', 'gone'))),
    ],
    whole,
  );
  expect(plan.documents).toEqual([
    { type: 'Mesh', name: 'back', skipCreatingInitialPolicies: ['*'], mesh: '' },
    inBack,
  ]);
  expect(plan.deletions).toEqual([{ type: 'Mesh', name: 'gone', ifMatch: '"3"' }]);
  expect(plan).toMatchObject({ lost: [], kept: [] });
});

test('a secret cannot be what it was, and a newer one stays', () => {
  const [changed, deleted, made] = [key('Secret', 'a', 'm'), key('GlobalSecret', 'b'), key('Secret', 'c', 'm')];
  const plan = planRollback(
    [
      touched(changed, resource(changed), resource(changed)),
      touched(deleted, resource(deleted), undefined),
      touched(made, undefined, resource(made)),
      touched(key('GlobalSecret', 'hub-ca'), resource(key('GlobalSecret', 'hub-ca')), undefined),
    ],
    whole,
  );
  expect(plan.lost).toEqual(['Secret "a" in mesh "m": was changed', 'GlobalSecret "b": was deleted']);
  expect(plan.kept).toEqual(['Secret "c" in mesh "m" is newer: it stays, a rollback deletes no secret']);
  expect(plan).toMatchObject({ documents: [], deletions: [] });
});

test('zones join and leave by themselves, unless one is asked for', () => {
  const [out, joined, changed] = [key('Zone', 'out'), key('Zone', 'joined'), key('Zone', 'changed')];
  const all = [
    touched(out, resource(out, { enabled: true }), undefined),
    touched(joined, undefined, resource(joined)),
    touched(changed, resource(changed, { enabled: true }), resource(changed, { enabled: false })),
  ];
  const plan = planRollback(all, whole);
  expect(plan.documents.map(({ name }) => name)).toEqual(['changed']);
  expect(plan.deletions).toEqual([]);
  expect(plan.kept).toEqual([
    'Zone "out" was deleted since then and stays out: `meridian rollback zone out` lets it in again',
    'Zone "joined" joined since then and stays',
  ]);
  expect(planRollback(all.slice(0, 1), { isNamed: true }).documents).toEqual([
    { type: 'Zone', name: 'out', enabled: true, mesh: '' },
  ]);
});
