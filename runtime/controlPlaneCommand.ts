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
      const told = new Promise<undefined>((resolve) => {
        for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(undefined));
      });
      const settings = readConfig(config, process.env);
      const running = await Promise.race([build().then((made) => run(settings, made)), told]);
      // What it waits for may never come, such as its nats-server. It serves nobody yet, and bears to be cut off anywhere.
      if (!running) process.exit();
      await told;
      await running.stop();
    });
}
