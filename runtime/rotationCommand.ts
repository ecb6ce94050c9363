import { Command } from 'commander';
import { configOption } from './configOption.ts';

type Rotation<Config> = {
  readonly name: string;
  readonly description: string;
  /** `global's` or `the zone's`. */
  readonly whose: string;
  /** Of the environment variables. */
  readonly prefix: string;
  /** @throws WrongSetting */
  readonly readConfig: (file: string | undefined, env: RotationDeps['env']) => Config;
  /** Makes the next one. @returns lines that say what happens now, and what is left to the operator */
  readonly rotate: (config: Config) => readonly string[] | Promise<readonly string[]>;
};

/** What it needs of the world. */
export type RotationDeps = {
  readonly out: (text: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
};

/** A command of `meridian rotate`: it finds what it works on by the settings that the control plane is started with. */
export function rotationCommand<Config>(
  { name, description, whose, prefix, readConfig, rotate }: Rotation<Config>,
  { out, env }: RotationDeps,
): Command {
  return new Command(name)
    .description(description)
    .addOption(configOption(prefix, whose))
    .action(async ({ config }: { readonly config?: string }) => {
      for (const line of await rotate(readConfig(config, env))) out(`${line}\n`);
    });
}
