import type { Rollout } from '../../shared/event/status.ts';
import type { Rollouts } from '../push/rollouts.ts';

/** So many changes are remembered with the time of their completion. */
const KEPT = 1_000;

/**
 * The rollouts of this control plane in the form that it reports, with the time when each was completed.
 * @returns gives so many of the latest, oldest first
 */
export function reportedRollouts(rollouts: Pick<Rollouts, 'list' | 'onChanged'>): (latest: number) => Rollout[] {
  const completed = new Map<string, string>();
  rollouts.onChanged(({ id, complete }) => {
    if (complete && !completed.has(id)) completed.set(id, new Date().toISOString());
    const [oldest] = completed.keys();
    if (completed.size > KEPT && oldest !== undefined) completed.delete(oldest);
  });
  return (latest) =>
    rollouts
      .list()
      .slice(-latest)
      .map(({ id, position, at, affected, acknowledged, rejected, complete }) => {
        const completedAt = complete ? completed.get(id) : undefined;
        return {
          change: id,
          position,
          at,
          affected,
          acknowledged,
          rejected: [...rejected],
          ...(completedAt ? { completedAt } : {}),
        };
      });
}
