import { describe, expect, it } from 'vitest';
import { Turns } from './turns.ts';

describe('turns', () => {
  it('come when they are due where there is no crowd', () => {
    const turns = new Turns();
    expect([0, 5, 39, 1_000, 1_000].map((due) => turns.take(due))).toEqual([0, 5, 39, 1_000, 1_000]);
  });

  it('of a crowd are spread, in the order in which they fell due', () => {
    const turns = new Turns();
    const given = Array.from({ length: 1_000 }, () => turns.take(7));
    expect(given.slice(8, 12)).toEqual([7, 7, 47, 47]);
    expect(given).toEqual(given.toSorted((a, b) => a - b));
    expect(given.at(-1)).toBe(7 + 99 * 40);
  });

  it('are free again when the crowd is through', () => {
    const turns = new Turns();
    for (let i = 0; i < 25; i++) turns.take(0);
    expect([turns.take(100), turns.take(200)]).toEqual([100, 200]);
  });
});
