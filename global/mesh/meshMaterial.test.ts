import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { MeshSpec } from '../../shared/resource/mesh/spec.ts';
import { resource } from '../../test/support/resource.ts';
import { meshMaterial } from './meshMaterial.ts';

const NOW = new Date('2026-01-01T00:00:00Z');
const mesh = (spec: MeshSpec) => ({ ...resource('Mesh', '', 'demo'), spec });
const builtin: MeshSpec = {
  mtls: {
    enabledBackend: 'ca-1',
    backends: [{ name: 'ca-1', type: 'builtin', conf: { caCert: { expiration: '1y' } } }],
  },
};

describe('the Secrets beside a Mesh', () => {
  it('are a signing key, and a CA that Kuma would have made', async () => {
    const secrets = await meshMaterial(mesh(builtin), () => true, NOW);
    expect(secrets.map((s) => s.name)).toEqual([
      'dataplane-token-signing-key-demo-1',
      'demo.ca-builtin-cert-ca-1',
      'demo.ca-builtin-key-ca-1',
    ]);
    const ca = new X509Certificate(Buffer.from(secrets[1]?.spec.data ?? '', 'base64'));
    expect(ca.ca).toBe(true);
    expect(ca.subjectAltName).toBe('URI:spiffe://demo');
    expect(ca.subject.split('\n').sort()).toEqual(['CN=demo', 'O=Kuma', 'OU=Mesh']);
    expect(ca.validFromDate).toEqual(new Date('2025-12-31T00:00:00Z'));
    expect(ca.validToDate).toEqual(new Date('2027-01-01T00:00:00Z'));
  });

  it('are made only where they are missing', async () => {
    expect(await meshMaterial(mesh(builtin), () => false, NOW)).toEqual([]);
    expect(await meshMaterial(mesh({}), () => true, NOW)).toHaveLength(1);
  });
});
