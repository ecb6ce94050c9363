import { generateKeyPairSync } from 'node:crypto';
import { SignJWT } from 'jose';
import { describe, expect, it, vi } from 'vitest';
import { loadRegistry } from '../../deploy/registry.ts';
import type { Resource } from '../../shared/resource/resource.ts';
import type { Proxy } from '../../shared/snapshot/proxy.ts';
import { MemoryZone } from '../../test/support/memoryZone.ts';
import { resourceOf } from '../../test/support/snapshotCase.ts';
import { Registration } from './registration.ts';

const registry = await loadRegistry();
const ZONE = 'zone-1';
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const signingKey = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();

const dataplane = (service = 'backend') => ({
  type: 'Dataplane',
  mesh: 'demo',
  name: 'backend-1',
  networking: { address: '10.0.0.1', inbound: [{ port: 80, tags: { 'kuma.io/service': service } }] },
});

function world(auth: 'none' | 'dpToken' = 'none', zone = new MemoryZone(ZONE), isShared = false) {
  const data = Buffer.from(signingKey).toString('base64');
  zone.global(
    resourceOf({ type: 'Mesh', name: 'demo' }),
    resourceOf({ type: 'Secret', mesh: 'demo', name: 'dataplane-token-signing-key-demo-1', data }),
  );
  const puts: Resource[] = [];
  const timers: (() => void)[] = [];
  const connected = new Set<string>();
  /** Proxies beside the one that matters. */
  const others = 10;
  const registration = new Registration({
    registry,
    replica: zone,
    log: {
      put: (resource) => {
        puts.push(resource);
        return zone.put(resource);
      },
      delete: (key, expected) => zone.delete(key, expected),
    },
    role: { mode: 'zone', zone: ZONE, environment: 'universal' },
    zone: ZONE,
    auth,
    graceMs: 1_000,
    returnMs: 30_000,
    connected: () => connected.size + others,
    isConnected: (id) => connected.has(id),
    isShared: () => isShared,
    admitted: () => {},
    now: () => new Date('2026-01-01T00:00:00Z'),
    later: (_, callback) => {
      timers.push(callback);
      return () => timers.splice(timers.indexOf(callback), 1);
    },
    logger: { info() {}, warn() {}, error() {} },
  });
  /** Its stream ends before it is admitted. */
  const knock = (
    resource: object | undefined,
    { id = 'demo.backend-1', type = 'dataplane', token = '' } = {},
  ): Promise<Proxy> => {
    const metadata = {
      'dataplane.proxyType': type,
      ...(resource ? { 'dataplane.resource': JSON.stringify(resource) } : {}),
    };
    return registration.admit({ nodeId: id, metadata, token, peer: '' });
  };
  const admit: typeof knock = async (...opening) => {
    const proxy = await knock(...opening);
    connected.add(proxy.id);
    registration.connected(proxy);
    return proxy;
  };
  const leave = (proxy: Proxy) => {
    connected.delete(proxy.id);
    registration.disconnected(proxy);
  };
  const pass = () => {
    for (const callback of timers.splice(0)) callback();
  };
  const stored = (type = 'Dataplane', mesh = 'demo', name = 'backend-1') =>
    zone.view.get({ type, mesh, name }, ZONE)?.resource;
  return { zone, registration, puts, timers, knock, admit, leave, pass, stored };
}

const token = (tags: Record<string, string[]>) =>
  new SignJWT({ Name: '', Mesh: 'demo', Tags: tags })
    .setProtectedHeader({ alg: 'RS256', kid: '1' })
    .setExpirationTime('10y')
    .sign(privateKey);

describe('a proxy that brings its Dataplane', () => {
  it('is refused when the mesh does not take such members', async () => {
    const { zone, admit, stored } = world();
    const constraints = { dataplaneProxy: { requirements: [{ tags: { team: 'a' } }] } };
    zone.global(resourceOf({ type: 'Mesh', name: 'demo', constraints }));
    await expect(admit(dataplane())).rejects.toThrow(
      'networking.inbound[0].tags: dataplane cannot be a member of mesh "demo": its tags satisfy none of the requirements',
    );
    expect(stored()).toBeUndefined();
  });

  it('has it registered with labels and the zone, before it is admitted', async () => {
    const { admit, stored } = world();
    expect(await admit(dataplane())).toMatchObject({
      id: 'demo.backend-1',
      kind: 'sidecar',
      mesh: 'demo',
      name: 'backend-1',
    });
    expect(stored()).toMatchObject({
      labels: {
        'kuma.io/mesh': 'demo',
        'kuma.io/origin': 'zone',
        'kuma.io/zone': ZONE,
        'kuma.io/env': 'universal',
        'kuma.io/proxy-type': 'sidecar',
      },
      spec: { networking: { inbound: [{ tags: { 'kuma.io/service': 'backend', 'kuma.io/zone': ZONE } }] } },
    });
  });

  it('writes nothing when it comes again unchanged, and replaces it when it changed', async () => {
    const { admit, puts, stored } = world();
    await admit(dataplane());
    await admit(dataplane());
    expect(puts).toHaveLength(1);
    await admit(dataplane('other'));
    expect(stored()?.spec).toMatchObject({ networking: { inbound: [{ tags: { 'kuma.io/service': 'other' } }] } });
  });

  it('is asked to come again while the zone has nowhere to write it', async () => {
    class FullZone extends MemoryZone {
      override async put(): Promise<number> {
        throw new Error('timeout');
      }
    }
    const { admit } = world('none', new FullZone(ZONE));
    await expect(admit(dataplane())).rejects.toMatchObject({
      grpcStatus: 14,
      message: "the zone's log does not take it: timeout",
    });
  });

  it('takes it away when it left and did not come back', async () => {
    const { admit, leave, pass, stored } = world();
    const proxy = await admit(dataplane());
    leave(proxy);
    expect(stored()).toBeDefined();
    pass();
    expect(stored()).toBeUndefined();
  });

  it('takes it away when its stream ended before it was admitted', async () => {
    const { knock, pass, stored } = world();
    await knock(dataplane());
    expect(stored()).toBeDefined();
    pass();
    expect(stored()).toBeUndefined();
  });

  it('takes it away when it came back, could not be registered, and did not come again', async () => {
    let isFull = false;
    class FullZone extends MemoryZone {
      override put(...write: Parameters<MemoryZone['put']>): Promise<number> {
        return isFull ? Promise.reject(new Error('timeout')) : super.put(...write);
      }
    }
    const { admit, leave, pass, stored } = world('none', new FullZone(ZONE));
    leave(await admit(dataplane()));
    isFull = true;
    await expect(admit(dataplane('other'))).rejects.toThrow('timeout');
    pass();
    expect(stored()).toBeUndefined();
  });

  it('takes it away once the zone log can be written again', async () => {
    let isAway = true;
    class AwayZone extends MemoryZone {
      override delete(...deletion: Parameters<MemoryZone['delete']>): Promise<number> {
        return isAway ? Promise.reject(new Error('timeout')) : super.delete(...deletion);
      }
    }
    const { admit, leave, pass, stored } = world('none', new AwayZone(ZONE));
    leave(await admit(dataplane()));
    pass();
    await new Promise((resolve) => setImmediate(resolve));
    expect(stored()).toBeDefined();
    isAway = false;
    pass();
    expect(stored()).toBeUndefined();
  });

  it('takes it away although its readiness was written after it had left', async () => {
    const { zone, admit, leave, pass, stored } = world('none', new MemoryZone(ZONE), true);
    leave(await admit(dataplane()));
    await zone.put({ ...(stored() as Resource), modificationTime: '2026-01-01T00:00:01Z' });
    pass();
    await new Promise((resolve) => setImmediate(resolve));
    expect(stored()).toBeDefined();
    pass();
    expect(stored()).toBeUndefined();
  });

  it('keeps it when it went to another control plane of the zone, whose report of it is still on its way', async () => {
    const here = world('none', new MemoryZone(ZONE), true);
    const there = world('none', here.zone, true);
    const proxy = await here.admit(dataplane());
    here.leave(proxy);
    await there.admit(dataplane());
    here.pass();
    await here.admit(dataplane()); // waits for the deletion, if there is one
    expect(here.stored()).toBeDefined();
    expect(there.puts).toHaveLength(1);
  });

  it('keeps it when it comes back in time', async () => {
    const { admit, leave, pass, timers, stored } = world();
    leave(await admit(dataplane()));
    await admit(dataplane());
    expect(timers).toEqual([]);
    pass();
    expect(stored()).toBeDefined();
  });

  it('has it registered again when it comes back while it is being deleted', async () => {
    const { admit, leave, pass, stored } = world();
    leave(await admit(dataplane()));
    const back = admit(dataplane());
    pass();
    await back;
    expect(stored()).toBeDefined();
  });

  it('keeps it when the control plane goes', async () => {
    const { registration, admit, leave, pass, stored } = world();
    const proxy = await admit(dataplane());
    registration.stop();
    leave(proxy);
    pass();
    expect(stored()).toBeDefined();
  });

  it.each([
    [
      'a name that REST would refuse',
      { ...dataplane(), name: 'a\u0000' },
      { id: 'demo.a\u0000' },
      /not valid: name: invalid/,
    ],
    [
      'an invalid resource',
      { ...dataplane(), networking: {} },
      {},
      /the Dataplane is not valid: networking: has to contain/,
    ],
    ['no JSON', undefined, { id: 'demo' }, /node.id is "demo"; it must be <mesh>.<name>/],
    ['another name', { ...dataplane(), name: 'x' }, {}, 'node.id is "demo.backend-1", but the resource is demo.x'],
    ['a mesh that is not there', { ...dataplane(), mesh: 'no' }, { id: 'no.backend-1' }, 'there is no mesh no'],
    [
      'an ingress with a mesh',
      dataplane(),
      { type: 'ingress' },
      'node.id is "demo.backend-1", but the proxy is of kind ingress',
    ],
    [
      'an ingress with a Dataplane',
      dataplane(),
      { id: '.backend-1', type: 'ingress' },
      /the ZoneIngress is not valid|needs a ZoneIngress/,
    ],
    [
      'nothing, and there is nothing',
      undefined,
      {},
      'there is no Dataplane backend-1 in mesh demo, and the proxy brings none',
    ],
  ])('is refused: %s', async (_, resource, options, message) => {
    await expect(world().admit(resource, options)).rejects.toThrow(message);
  });
});

describe('a proxy whose Dataplane was written by hand', () => {
  it('is admitted, and its Dataplane stays', async () => {
    const { zone, admit, leave, pass, stored } = world();
    await zone.put(resourceOf({ ...dataplane() }));
    const proxy = await admit(undefined);
    leave(proxy);
    pass();
    expect(stored()).toBeDefined();
  });
});

describe('an ingress', () => {
  it('is registered in the zone, and keeps what it advertises', async () => {
    const { zone, admit, stored } = world();
    const ingress = { type: 'ZoneIngress', name: 'in', networking: { address: '10.0.0.9', port: 10001 } };
    const options = { id: '.in', type: 'ingress' };
    await admit(ingress, options);
    const registered = stored('ZoneIngress', '', 'in');
    expect(registered?.spec).toMatchObject({ zone: ZONE, networking: { port: 10001 } });
    const availableServices = [{ mesh: 'demo', instances: 1, tags: { 'kuma.io/service': 'backend' } }];
    await zone.put({ ...(registered as Resource), spec: { ...(registered?.spec as object), availableServices } });
    await admit({ ...ingress, networking: { address: '10.0.0.10', port: 10001 } }, options);
    expect(stored('ZoneIngress', '', 'in')?.spec).toMatchObject({
      networking: { address: '10.0.0.10' },
      availableServices,
    });
  });
});

describe('an egress', () => {
  const egress = { type: 'ZoneEgress', name: 'out', networking: { address: '10.0.0.9', port: 10002 } };
  const options = { id: '.out', type: 'egress' };

  it('is registered in the zone and goes with its connection', async () => {
    const { admit, leave, pass, stored } = world();
    const proxy = await admit(egress, options);
    expect(proxy).toMatchObject({ id: '.out', kind: 'egress', mesh: '' });
    expect(stored('ZoneEgress', '', 'out')?.spec).toEqual({ zone: ZONE, networking: egress.networking });
    leave(proxy);
    pass();
    expect(stored('ZoneEgress', '', 'out')).toBeUndefined();
  });

  it('is deleted after a start when it does not come back', async () => {
    const before = world();
    await before.admit(egress, options);
    const { zone, registration, stored } = world();
    await zone.put(before.stored('ZoneEgress', '', 'out') as Resource);
    registration.removeLeftovers();
    expect(stored('ZoneEgress', '', 'out')).toBeUndefined();
  });

  it('cannot have the name of an ingress of its zone, nor the other way round', async () => {
    const { admit } = world();
    await admit(egress, options);
    await expect(admit({ ...egress, type: 'ZoneIngress' }, { ...options, type: 'ingress' })).rejects.toThrow(
      'the zone has a ZoneEgress out; give the ZoneIngress another name',
    );
  });
});

describe('after a start', () => {
  it('who is registered, but not yet admitted, is nobody that left', async () => {
    const { registration, admit, stored } = world();
    const coming = admit(dataplane());
    while (!stored()) await Promise.resolve();
    registration.removeLeftovers();
    await coming;
    await new Promise((resolve) => setImmediate(resolve));
    expect(stored()).toBeDefined();
  });

  it('who came and left again may come back, as anybody else', async () => {
    const { registration, admit, leave, pass, stored } = world();
    leave(await admit(dataplane()));
    registration.removeLeftovers();
    await new Promise((resolve) => setImmediate(resolve));
    expect(stored()).toBeDefined();
    pass();
    await vi.waitFor(() => expect(stored()).toBeUndefined());
  });

  it('what nobody came back for is deleted, what was written by hand is not', async () => {
    const first = world();
    await first.admit(dataplane());
    const crashed = first.stored() as Resource;
    const { zone, registration, admit } = world();
    await zone.put(crashed);
    await zone.put({ ...crashed, name: 'backend-2' });
    await zone.put(resourceOf({ ...dataplane(), name: 'by-hand' }));
    await admit(dataplane());
    registration.removeLeftovers();
    expect([...zone.view.entriesOfType('Dataplane')].map(({ resource }) => resource.name)).toEqual([
      'backend-1',
      'by-hand',
    ]);
  });
});

describe('with tokens', () => {
  it('a proxy needs one for what it brings and for what is there', async () => {
    const { admit } = world('dpToken');
    const forBackend = await token({ 'kuma.io/service': ['backend'] });
    const forOther = await token({ 'kuma.io/service': ['other'] });
    await expect(admit(dataplane())).rejects.toThrow('there is no token');
    await expect(admit(dataplane(), { token: forOther })).rejects.toThrow(
      'the token allows kuma.io/service=other, not backend',
    );
    await expect(admit(dataplane(), { token: forBackend })).resolves.toBeDefined();
    await expect(admit(dataplane('other'), { token: forOther })).rejects.toThrow(
      'the token allows kuma.io/service=other, not backend',
    );
  });
});
