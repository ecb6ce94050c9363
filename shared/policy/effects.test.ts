import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { loadRegistry } from '../../deploy/registry.ts';
import { policyCase, policyCases, policyEffect } from '../../test/support/policyCase.ts';
import { inconsistencies } from '../../test/support/inconsistencies.ts';
import { generateSnapshot } from '../snapshot/generateSnapshot.ts';
import { ADMIN_CA_NAME, ADMIN_NAME, identitySecretName } from '../xds/names.ts';

const registry = await loadRegistry();

describe('what a policy makes different', () => {
  for (const file of policyCases(new URL('./', import.meta.url))) {
    it(file.pathname.split('/').slice(-3).join('/'), () => {
      const golden = new URL(file.href.replace('.input.yaml', '.golden.yaml'));
      const input = policyCase(file, registry);
      const awaited = [
        ADMIN_NAME,
        ADMIN_CA_NAME,
        ...(input.proxy.identity ? [] : [identitySecretName(input.proxy.mesh)]),
      ];
      expect(inconsistencies(generateSnapshot(input), new Set(awaited))).toEqual([]);
      const text = stringify(policyEffect(input), { aliasDuplicateObjects: false });
      if (process.env.UPDATE_GOLDEN === 'true') writeFileSync(golden, text);
      expect(text).toBe(existsSync(golden) ? readFileSync(golden, 'utf8') : '');
    });
  }
});
