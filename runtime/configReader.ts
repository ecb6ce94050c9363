import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { readSettings, type Settings, type Values, WrongSetting } from '../shared/config/settings.ts';

/**
 * Reads a control plane's settings: defaults, then the YAML file, then the environment.
 * @param prefix of the environment variables
 */
export function configReader<S extends Settings>(
  settings: S,
  prefix: string,
): (file: string | undefined, env: NodeJS.ProcessEnv) => Values<S> {
  return (file, env) => readSettings(settings, prefix, file ? contentOf(file) : {}, env);
}

/** @throws WrongSetting naming the file */
function contentOf(file: string): unknown {
  try {
    return parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new WrongSetting(`--config ${file}: ${(error as Error).message}`);
  }
}
