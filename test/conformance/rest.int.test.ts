import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadRegistry } from '../../deploy/registry.ts';
import { readStandaloneConfig } from '../../deploy/standalone/config.ts';
import { type Standalone, runStandalone } from '../../deploy/standalone/main.ts';
import { type TempDir, tempDir } from '../support/tempDir.ts';
import { converse, roleOf } from './converse.ts';
import { conformanceScripts } from './scripts.ts';

let folder: TempDir;
let running: Standalone;

beforeAll(async () => {
  folder = await tempDir('conformance');
  const config = readStandaloneConfig(undefined, {
    MERIDIAN_STANDALONE_DATA_DIR: folder.path,
    MERIDIAN_STANDALONE_API_PORT: '0',
    MERIDIAN_STANDALONE_DP_PORT: '0',
    MERIDIAN_STANDALONE_DIAGNOSTICS_PORT: '0',
    MERIDIAN_LOG_LEVEL: 'silent',
  });
  running = await runStandalone(config, { registry: await loadRegistry(), version: 'test' });
});

afterAll(async () => {
  await running?.stop();
  await folder?.remove();
});

describe('a control plane that is alone answers as recorded', () => {
  for (const script of conformanceScripts('alone')) {
    test(script.name, async () => {
      for await (const { request, mismatches } of converse({ url: running.url, headers: {} }, script)) {
        expect(mismatches, request).toEqual([]);
      }
    });
  }
});

test('it says that it is alone', async () => {
  expect(await roleOf({ url: running.url, headers: {} })).toBe('alone');
});
