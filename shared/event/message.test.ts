import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogEvent } from './event.ts';
import { envelopeOf, type EventReader, HEADER, resourceIn, toMessage } from './message.ts';
import { decodeToken, encodeToken, eventSubject, isVisibleToZones, keyOfSubject, zoneOfSubject } from './subject.ts';

const event: LogEvent = {
  position: 7,
  id: 'e1',
  change: { id: 'c1', index: 0, size: 2 },
  type: 'ResourceUpdated',
  schema: 1,
  key: { type: 'MeshTimeout', mesh: 'default', name: 'a.b' },
  version: 3,
  at: '2026-01-01T00:00:00.000Z',
  by: { user: 'u', source: 's', client: 'c', message: 'why' },
  resource: {
    type: 'MeshTimeout',
    mesh: 'default',
    name: 'a.b',
    labels: {},
    creationTime: '',
    modificationTime: '',
    spec: { to: [] },
  },
};

describe('subjects', () => {
  it('hold any name in one token, reversibly', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (name) => {
        expect(encodeToken(name)).not.toMatch(/[.*> ]/);
        expect(decodeToken(encodeToken(name))).toBe(name);
      }),
    );
  });

  it('name the resource', () => {
    expect(eventSubject(event.key)).toBe('cp.ev.default.MeshTimeout.a~db');
    expect(keyOfSubject('cp.ev', 'cp.ev.-.Mesh.default')).toEqual({ mesh: '', type: 'Mesh', name: 'default' });
    expect(keyOfSubject('cp.ev', 'cp.ev.x')).toBeUndefined();
    expect(zoneOfSubject('cp.zone.z1.up.m.Dataplane.d')).toEqual({
      zone: 'z1',
      key: { mesh: 'm', type: 'Dataplane', name: 'd' },
    });
  });

  it('keep from zones what is only for global', () => {
    const secret = (name: string) => isVisibleToZones({ type: 'GlobalSecret', mesh: '', name });
    expect(['admin-user-token', 'user-token-signing-key-2', 'zone-token-signing-key-1'].some(secret)).toBe(false);
    expect(['hub-operator-key', 'hub-account-signing-key-1', 'hub-ca-key'].some(secret)).toBe(false);
    expect(['zone-token-signing-public-key-1', 'dataplane-token-revocations-m'].every(secret)).toBe(true);
    expect(isVisibleToZones({ type: 'Zone', mesh: '', name: 'z' }), 'zones have to know which are switched off').toBe(
      true,
    );
  });
});

describe('messages', () => {
  const reader: EventReader = { schema: 1, knows: (type) => type === 'MeshTimeout' };
  const read = (message: ReturnType<typeof toMessage>) => resourceIn(envelopeOf(7, message), reader);

  it('carry an event and back', () => {
    const { type: _, by: __, resource, ...facts } = event;
    expect(envelopeOf(7, toMessage('log', event))).toEqual({ ...facts, content: resource });
    expect(read(toMessage('log', event))).toEqual(resource);
    const deleted = toMessage('log', { ...event, type: 'ResourceDeleted', resource: null });
    expect(deleted.body).toBe('');
    expect(read(deleted)).toBeNull();
  });

  it('of a neighbouring version are read as far as that is safe', () => {
    const message = toMessage('log', event);
    const newer = { ...JSON.parse(message.body), annotations: { a: 'b' } };
    const headers = { ...message.headers, 'Cp-Trace': 't', [HEADER.type]: 'ResourceRestored' };
    const envelope = envelopeOf(7, { ...message, headers, body: JSON.stringify(newer) });
    expect(envelope.content).toEqual(newer);
    expect(resourceIn(envelope, reader)).toEqual(event.resource);
  });

  it('that delete need not be understood: what is gone must not go on in effect', () => {
    const deleted = toMessage('log', { ...event, type: 'ResourceDeleted', schema: 2, resource: null });
    expect(read(deleted)).toBeNull();
    expect(resourceIn(envelopeOf(7, deleted), { ...reader, knows: () => false })).toBeNull();
  });

  it('that are not understood say why', () => {
    const message = toMessage('log', event);
    expect(() => read({ ...message, headers: { ...message.headers, [HEADER.schema]: '2' } })).toThrow(
      /schema 2 is newer/,
    );
    expect(() => resourceIn(envelopeOf(7, message), { ...reader, knows: () => false })).toThrow(/type MeshTimeout/);
    expect(() => read({ ...message, subject: 'x' })).toThrow(/names no resource/);
    expect(() => read({ ...message, body: '{' })).toThrow();
    expect(() => read({ ...message, body: '{"type":"MeshTimeout"}' })).toThrow();
  });
});
