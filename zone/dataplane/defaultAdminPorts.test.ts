import { expect, it } from 'vitest';
import { resourceOf, viewOf } from '../../test/support/snapshotCase.ts';
import { DefaultAdminPorts } from './defaultAdminPorts.ts';

const at = (seconds: number) => new Date(1_000_000 + seconds * 1_000);
const START = at(0);

function dataplane(name: string, address: string, admin?: { readonly port: number }) {
  return { type: 'Dataplane', mesh: 'm', name, origin: 'zone-1', networking: { address, ...(admin && { admin }) } };
}

const view = viewOf([
  dataplane('alone', '10.0.0.1'),
  dataplane('first', '10.0.0.2'),
  dataplane('second', '10.0.0.2'),
  dataplane('moved', '10.0.0.3', { port: 9905 }),
  { ...dataplane('elsewhere', '10.0.0.4'), origin: 'zone-2' },
  { type: 'ZoneEgress', name: 'egress', origin: 'zone-1', networking: { address: '10.0.0.5', port: 10002 } },
]);
const portOf = (name: string, address: string) =>
  new DefaultAdminPorts(view, 'zone-1').of(resourceOf(dataplane(name, address)), START);

it.each([
  ['it is alone at its address', 'alone', '10.0.0.1'],
  ['the other one has another port', 'new', '10.0.0.3'],
  ['the other one is of another zone', 'new', '10.0.0.4'],
])('a proxy has the default admin port where %s', (_, name, address) => {
  expect(portOf(name, address)).toBe(9901);
});

it.each([
  ['the address is shared', 'first', '10.0.0.2'],
  ['a zone proxy is at the address', 'new', '10.0.0.5'],
])('it has none where %s', (_, name, address) => {
  expect(portOf(name, address)).toBe(0);
});

it('of those that come together the first has it, until it is in the view or did not come', () => {
  const ports = new DefaultAdminPorts(view, 'zone-1');
  const of = (name: string, seconds: number) => ports.of(resourceOf(dataplane(name, '10.0.0.9')), at(seconds));
  expect(of('a', 0)).toBe(9901);
  expect(of('b', 1)).toBe(0);
  expect(of('a', 30)).toBe(9901);
  expect(of('b', 89)).toBe(0);
  expect(of('b', 90)).toBe(9901);
});
