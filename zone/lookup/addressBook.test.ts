import { Resolver } from 'node:dns/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { resolved } from '../../shared/resource/resolved.ts';
import type { Resource } from '../../shared/resource/resource.ts';
import { type Changed, View } from '../../shared/view/view.ts';
import { startDnsServer } from '../../test/support/dnsServer.ts';
import { resource } from '../../test/support/resource.ts';
import { AddressBook } from './addressBook.ts';
import { lookUp } from './lookUp.ts';

const dataplane = (name: string, address: string) =>
  resource('Dataplane', 'default', name, { networking: { address, inbound: [{ port: 80 }] } });

/** A view that is kept at what a DNS server of the test says. */
async function followed() {
  const dns = await startDnsServer();
  const resolver = new Resolver({ timeout: 1_000, tries: 1 });
  resolver.setServers([dns.address]);
  const said: string[] = [];
  const log = {
    warn: (_: object, text: string) => said.push(text),
    info: (_: object, text: string) => said.push(text),
  };
  const book = new AddressBook({
    lookUp: async (name) => (await resolver.resolve4(name))[0] as string,
    log,
    refreshMs: 20,
  });
  const view = new View();
  const changes: Changed[] = [];
  const stop = book.follow(view, (more) => changes.push(...more));
  onTestFinished(async () => {
    stop();
    await dns.stop();
  });
  let version = 0;
  const write = (resource: Resource) =>
    view.apply({ origin: 'z', key: resource, resource: book.fill(resource), version: ++version });
  const remove = (resource: Resource) => view.apply({ origin: 'z', key: resource, resource: null, version: ++version });
  const addressOf = (name: string) => {
    const entry = view.get({ type: 'Dataplane', mesh: 'default', name }, 'z');
    return entry && (resolved(entry.resource).spec as { networking: { address: string } }).networking.address;
  };
  return { dns, book, said, changes, write, remove, addressOf };
}

test('proxies get the addresses of their names, and others when DNS says so; one change for all that it concerns', async () => {
  const { dns, book, changes, write, addressOf } = await followed();
  dns.names.set('web.example', '10.0.0.1');
  write(dataplane('web-1', 'web.example'));
  write(dataplane('web-2', 'web.example'));
  write(dataplane('db-1', '10.0.0.9'));
  expect(book.settled).toBe(false);
  expect(addressOf('web-1')).toBe('web.example');
  await vi.waitUntil(() => changes.length > 0, { timeout: 30_000 });
  expect(book.settled).toBe(true);
  expect(changes.map(({ key }) => key.name)).toEqual(['web-1', 'web-2']);
  expect([addressOf('web-1'), addressOf('web-2'), addressOf('db-1')]).toEqual(['10.0.0.1', '10.0.0.1', '10.0.0.9']);

  dns.names.set('web.example', '10.0.0.2');
  await vi.waitUntil(() => changes.length > 2, { timeout: 30_000 });
  expect(changes[2]).toMatchObject({ before: { status: { addresses: { 'web.example': '10.0.0.1' } } } });
  expect(addressOf('web-2')).toBe('10.0.0.2');

  // What is known is there with the write.
  write(dataplane('web-3', 'web.example'));
  expect(addressOf('web-3')).toBe('10.0.0.2');
});

test('the last good answer stays while DNS fails; who never had one waits, and it is told', async () => {
  const { dns, book, said, write, addressOf } = await followed();
  dns.names.set('web.example', '10.0.0.1');
  write(dataplane('web-1', 'web.example'));
  write(dataplane('new-1', 'new.example'));
  await vi.waitUntil(() => addressOf('web-1') === '10.0.0.1' && book.notFound === 1, { timeout: 30_000 });
  expect(addressOf('new-1')).toBe('new.example');
  expect(said).toEqual(['the domain name of a proxy is not found: it gets no configuration, and nobody is sent there']);

  dns.broken = true;
  await vi.waitUntil(() => book.notFound === 2, { timeout: 30_000 });
  expect(said.at(-1)).toBe('the domain name of a proxy is not found: the address that it had stays');
  expect(addressOf('web-1')).toBe('10.0.0.1');
  write(dataplane('web-1', 'web.example'));
  expect(addressOf('web-1')).toBe('10.0.0.1');

  dns.names.set('new.example', '10.0.0.3');
  dns.broken = false;
  await vi.waitUntil(() => book.notFound === 0 && addressOf('new-1') === '10.0.0.3', { timeout: 30_000 });
  expect(said.slice(2)).toEqual(Array(2).fill('the domain name of a proxy is found again'));
});

test('names that nobody has any more are forgotten', async () => {
  const { book, write, remove } = await followed();
  write(dataplane('web-1', 'gone.example'));
  await vi.waitUntil(() => book.notFound === 1, { timeout: 30_000 });
  remove(dataplane('web-1', 'gone.example'));
  await vi.waitUntil(() => book.notFound === 0, { timeout: 30_000 });
});

test('a name is looked up as the machine does it', async () => {
  expect(['127.0.0.1', '::1']).toContain(await lookUp('localhost'));
  await expect(lookUp('no-such-name.invalid')).rejects.toThrow('no-such-name.invalid');
});
