import { afterAll } from 'vitest';
import { loadRegistry } from '../../deploy/registry.ts';
import { readStandaloneConfig } from '../../deploy/standalone/config.ts';
import { runStandalone, type Standalone } from '../../deploy/standalone/main.ts';
import { tempDir } from './tempDir.ts';

/**
 * A control plane that is alone, in this process, with a log of its own; stopped after the file's tests.
 * @param settings further ones, as in the environment
 */
export async function standaloneForTests(
  name: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<Standalone> {
  const { path, remove } = await tempDir(name);
  const config = readStandaloneConfig(undefined, {
    MERIDIAN_STANDALONE_DATA_DIR: path,
    MERIDIAN_STANDALONE_API_PORT: '0',
    MERIDIAN_STANDALONE_DP_PORT: '0',
    MERIDIAN_STANDALONE_DIAGNOSTICS_PORT: '0',
    MERIDIAN_LOG_LEVEL: 'silent',
    ...settings,
  });
  const running = await runStandalone(config, { registry: await loadRegistry(), version: 'test' });
  afterAll(async () => {
    await running.stop();
    await remove();
  });
  return running;
}
