// The process that the simulated sidecars live in, started by fleet.ts.
import type { Answered, Asked, FleetSettings } from './messages.ts';
import { Sidecars } from './sidecars.ts';

const sidecars = new Sidecars(JSON.parse(process.argv[2] ?? '{}') as FleetSettings);

async function answer({ number, command, args }: Asked): Promise<void> {
  const say = (answered: Answered) => process.send?.(answered);
  try {
    const handler = sidecars[command] as (...args: unknown[]) => unknown;
    say({ number, value: await handler.apply(sidecars, args) });
  } catch (cause) {
    say({ number, error: (cause as Error).stack ?? String(cause) });
  }
}

process.on('message', (asked: Asked) => void answer(asked));
// The bench is gone.
process.on('disconnect', () => process.exit());
