import { Argument, Command } from 'commander';
import type { CliDeps } from '../verb.ts';
import { type Shell, SCRIPTS } from './scripts.ts';

/** `meridian completion bash|zsh|fish`: what a shell reads to complete verbs, flags, types, meshes and names. */
export function completionCommand(deps: CliDeps): Command {
  return new Command('completion')
    .description('a script that makes the shell complete verbs, types, meshes and names')
    .addArgument(new Argument('<shell>', 'which').choices(Object.keys(SCRIPTS)))
    .addHelpText('after', '\nfor bash, in ~/.bashrc:  source <(meridian completion bash)')
    .action((shell: Shell) => deps.out(SCRIPTS[shell]));
}
