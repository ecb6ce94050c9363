import { expect, test } from 'vitest';
import type { Resource } from '../resource.ts';
import { keptKeyWarnings, withoutKeys } from './providedCa.ts';
import type { CaBackend, MeshSpec } from './spec.ts';

const at = '2026-01-01T00:00:00Z';
const PEM = '# Schlüssel der Firma\n-----BEGIN PRIVATE KEY-----\n';
const base64 = (text: string) => Buffer.from(text).toString('base64');

function mesh(conf: CaBackend['conf'], type = 'provided'): Resource<MeshSpec> {
  const backend: CaBackend = { name: 'corp', type, ...(conf && { conf }) };
  const spec = { mtls: { enabledBackend: 'corp', backends: [backend] } };
  return { type: 'Mesh', mesh: '', name: 'demo', labels: { team: 'a' }, creationTime: at, modificationTime: at, spec };
}

test('a key that was written into a Mesh is kept in a Secret of the mesh, which it names', () => {
  for (const key of [{ inlineString: PEM }, { inline: base64(PEM) }]) {
    const written = mesh({ cert: { inlineString: 'root' }, key });
    const name = 'demo.ca-provided-key-corp';
    expect(withoutKeys(written)).toEqual({
      resource: mesh({ cert: { inlineString: 'root' }, key: { secret: name } }),
      secrets: [
        {
          type: 'Secret',
          mesh: 'demo',
          name,
          labels: {},
          creationTime: at,
          modificationTime: at,
          spec: { data: base64(PEM) },
        },
      ],
    });
    expect(keptKeyWarnings(written)).toEqual([expect.stringContaining(name)]);
  }
});

test('what holds no key is kept as written', () => {
  for (const one of [
    mesh({ cert: { inlineString: 'root' }, key: { secret: 'k' } }),
    mesh({ cert: { file: '/c' }, key: { file: '/k' } }),
    mesh({ key: { inlineString: PEM } }, 'builtin'),
    { ...mesh({}), spec: {} },
  ]) {
    expect(withoutKeys(one)).toEqual({ resource: one, secrets: [] });
    expect(keptKeyWarnings(one)).toEqual([]);
  }
});
