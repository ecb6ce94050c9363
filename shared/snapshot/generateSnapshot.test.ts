import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { loadRegistry } from '../../deploy/registry.ts';
import { snapshotCase, snapshotCases } from '../../test/support/snapshotCase.ts';
import { ADMIN_CA_NAME, ADMIN_NAME, identitySecretName } from '../xds/names.ts';
import { inconsistencies } from '../../test/support/inconsistencies.ts';
import { generateSnapshot } from './generateSnapshot.ts';
import type { Snapshot } from '../xds/snapshot.ts';

const registry = await loadRegistry();
const folder = new URL('./testdata/', import.meta.url);

describe('snapshot', () => {
  for (const file of snapshotCases(folder)) {
    it(file.pathname.split('/').at(-1) as string, () => {
      const golden = new URL(file.href.replace('.input.yaml', '.golden.yaml'));
      const input = snapshotCase(file, registry);
      const snapshot = generateSnapshot(input);
      const text = snapshotText(snapshot);
      const awaited = [
        ADMIN_NAME,
        ADMIN_CA_NAME,
        ...(input.proxy.identity ? [] : [identitySecretName(input.proxy.mesh)]),
      ];
      expect(inconsistencies(snapshot, new Set(awaited))).toEqual([]);
      if (process.env.UPDATE_GOLDEN === 'true') writeFileSync(golden, text);
      expect(text).toBe(existsSync(golden) ? readFileSync(golden, 'utf8') : '');
    });
  }
});

function snapshotText(snapshot: Snapshot): string {
  const kinds = Object.entries(snapshot).map(([kind, resources]) => [kind, Object.fromEntries(resources)]);
  return stringify(Object.fromEntries(kinds), { aliasDuplicateObjects: false });
}
