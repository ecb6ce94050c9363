import { Command } from 'commander';
import { configOption } from './configOption.ts';
import type { Build } from './runtime.ts';

/** A control plane that serves. */
export interface Running {
  /** Of its REST API. */
  readonly url: string;
  stop(): Promise<void>;
}

type ControlPlane<Config> = {
  readonly name: string;
  readonly description: string;
  /** Of its environment variables. */
  readonly prefix: string;
  /** @throws WrongSetting */
  readonly readConfig: (file: string | undefined, env: NodeJS.ProcessEnv) => Config;
  readonly run: (config: Config, build: Build) => Promise<Running>;
};

/** The command that runs a control plane until it is told to stop, by SIGTERM or SIGINT. */
export function controlPlaneCommand<Config>(
  { name, description, prefix, readConfig, run }: ControlPlane<Config>,
  build: () => Promise<Build>,
): Command {
  return new Command(name)
    .description(description)
    .addOption(configOption(prefix))
    .action(async ({ config }: { config?: string }) => {
      const running = await run(readConfig(config, process.env), await build());
      await new Promise<void>((resolve) => {
        for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
      });
      await running.stop();
    });
}
