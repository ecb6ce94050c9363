import { expect, test } from 'vitest';
import { caViolations } from './caBackends.ts';
import { certificateLifetime, isLifetime } from './certificateLifetime.ts';
import type { CaBackend } from './spec.ts';

const told = (...backends: CaBackend[]) => caViolations('demo', backends).map((one) => `${one.field}: ${one.reason}`);
const builtin = (conf?: CaBackend['conf'], name = 'ca'): CaBackend => ({
  name,
  type: 'builtin',
  ...(conf && { conf }),
});
const provided = (conf?: CaBackend['conf']): CaBackend => ({ name: 'ca', type: 'provided', ...(conf && { conf }) });
const CHOOSE = 'data source has to be chosen. Available sources: secret, file, inline';

test('of types of CAs that are not known the first is told, after what comes before it', () => {
  const unknown = 'type: could not find installed plugin for this type';
  expect(told(builtin(), { name: 'a', type: 'vault' }, { name: 'b', type: 'acm' })).toEqual([
    `mtls.backends[1].${unknown}`,
  ]);
  expect(told(provided({ key: { secret: 'k' } }), { name: 'a', type: 'vault' }, provided())).toEqual([
    'mtls.backends[0].conf.cert: has to be defined',
    `mtls.backends[1].${unknown}`,
  ]);
});

test('the conf of a builtin CA', () => {
  for (const conf of [undefined, {}, { caCert: null }, { caCert: { RSAbits: '2048', expiration: '10y' } }])
    expect(told(builtin(conf))).toEqual([]);
  expect(told(builtin({ caCert: { RSAbits: 512, expiration: '1x' } }))).toEqual([
    'mtls.backends[0].conf.caCert.RSAbits: must be in inclusive range [1024, 8192]',
    'mtls.backends[0].conf.caCert.expiration: has to be a valid format',
  ]);
  const unread = 'mtls.backends[0].conf: could not convert backend config';
  expect(told(builtin({ caCert: { RSAbits: true } }))).toEqual([
    `${unread}: json: cannot unmarshal bool into Go value of type uint32`,
  ]);
  expect(told(builtin({ caCert: { expiration: 5 } }))).toEqual([
    `${unread}: json: cannot unmarshal number into Go value of type string`,
  ]);
});

test('a builtin CA has a name that its Secrets can have', () => {
  const field = 'mtls.backends[0].conf.mtls.backends.name';
  const secret = 'demo.ca-builtin-cert-';
  for (const name of ['ca-1', 'ca_1', 'ca.1']) expect(told(builtin({}, name))).toEqual([]);
  for (const name of ['Ca', 'ca 1', 'ca/1', 'ca.-1'])
    expect(told(builtin({}, name))).toEqual([`${field}: "${secret}${name}" name must be valid dns name`]);
  const long = `a.${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.${'e'.repeat(50)}`;
  expect(told(builtin({}, long))).toEqual([`${field}: Backend name is too long. Max length: 255`]);
  expect(told({ ...provided({ cert: { secret: 'c' }, key: { secret: 'k' } }), name: 'Ca' })).toEqual([]);
});

test('each part of a provided CA has one source, which says something', () => {
  expect(told(provided())).toEqual([
    'mtls.backends[0].conf.cert: has to be defined',
    'mtls.backends[0].conf.key: has to be defined',
  ]);
  expect(told(provided({ cert: {}, key: { inlineString: '' } }))).toEqual([
    `mtls.backends[0].conf.cert: ${CHOOSE}`,
    'mtls.backends[0].conf.key.inlineString: cannot be empty',
  ]);
  expect(told(provided({ cert: { secret: 's', file: '/ca.crt' }, key: { inline: 'not base64' } }))).toEqual([
    `mtls.backends[0].conf.cert: ${CHOOSE}`,
    'mtls.backends[0].conf.key.inline: has to be base64; as text it goes into inlineString',
  ]);
  expect(told(provided({ cert: { secret: null }, key: { secret: 'k', file: null } }))).toEqual([
    `mtls.backends[0].conf.cert: ${CHOOSE}`,
  ]);
});

test('lifetimes for which there are no dates are none', () => {
  expect(['0', '10y', '292y', '24h', '500ms'].filter(isLifetime)).toHaveLength(5);
  expect(['293y', `${'9'.repeat(400)}s`, '1', '-1h', '1h30m'].filter(isLifetime)).toEqual([]);
  expect(certificateLifetime('1h')).toBe(3_600_000);
  expect(certificateLifetime('0')).toBeUndefined();
  expect(certificateLifetime('0h')).toBeUndefined();
});
