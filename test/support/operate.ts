import { folderOf, GENERATION, type Ground, startMeridian } from '../../deploy/demo/ground.ts';
import { StartError } from '../../deploy/demo/startError.ts';

/**
 * The operator's command line, in a process of its own as the user that the control planes run as, since the files that it makes
 * are theirs. @throws StartError when it fails
 */
export async function operate(
  ground: Ground,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const name = `meridian ${args.slice(0, 2).join(' ')}`;
  const child = startMeridian(ground, args, {
    name,
    // That user may not read what whoever runs the test has at home.
    env: { XDG_CONFIG_HOME: folderOf(ground, 'operator'), ...env },
    generation: GENERATION.app,
  });
  const { code } = await child.exited;
  if (code !== 0) throw new StartError(`${name} ended with ${code}\n${child.lastWords()}`);
}
