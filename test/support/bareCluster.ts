import { fileURLToPath } from 'node:url';
import type { BareLine } from '../../deploy/demo/bare.ts';
import { Process } from '../../deploy/process/process.ts';

const SCRIPT = fileURLToPath(new URL('../../deploy/demo/main.ts', import.meta.url));

export interface BareCluster extends BareLine {
  /** Resolves when all of it is gone. */
  stop(): Promise<void>;
}

/** Starts `--bare` as a user would: own process, and the line it prints. @param env more of it, also for what it starts */
export async function startBareCluster(
  arguments_: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<BareCluster> {
  const child = new Process({
    name: 'bare cluster',
    file: process.execPath,
    args: [SCRIPT, '--bare', '--json', '--with-parent', ...arguments_],
    env,
    grace: 30_000,
    endsWithParent: true,
  });
  const line = JSON.parse(await child.line(/^\{"global":/, 120_000)) as BareLine;
  return {
    ...line,
    stop: async () => {
      await child.stop();
    },
  };
}
