import type { Ground } from '../../deploy/demo/ground.ts';
import { prepare } from '../../deploy/demo/prepare.ts';

/** A ground on which nothing ends by itself. */
export interface DeathlessGround {
  readonly ground: Ground;
  /** Stops everything. @throws Error that tells the last words of what ended although nobody stopped it */
  stop(): Promise<void>;
}

/** Prepares a ground for real control planes and Envoys. @throws StartError when a tool is missing */
export function deathlessGround(): DeathlessGround {
  const deaths: string[] = [];
  const { ground, stop } = prepare({
    logLevel: 'info',
    envoy: true,
    say: () => {},
    onDeath: (text) => deaths.push(text),
  });
  return {
    ground,
    stop: async () => {
      await stop();
      if (deaths.length > 0) throw new Error(deaths.join('\n'));
    },
  };
}
