import { expect, it } from 'vitest';
import { maskedConfig } from './maskedConfig.ts';

it.each([
  ['', ''],
  ['postgres://db/meridian', 'postgres://db/meridian'],
  ['postgres://ann@db:5432/meridian', 'postgres://ann@db:5432/meridian'],
  ['postgres://ann:parrot@db/meridian', 'postgres://ann:*****@db/meridian'],
  ['postgres://ann:par:rot@db/meridian', 'postgres://ann:*****@db/meridian'],
  ['postgres://ann:p%40rrot@db/meridian?sslmode=require', 'postgres://ann:*****@db/meridian?sslmode=require'],
  ['postgres://db/meridian?user=ann&password=parrot', 'postgres://db/meridian?user=ann&password=*****'],
  ['postgres://ann:parrot@[not a host', '*****'],
])('shows of the database %j what is no secret: %j', (url, shown) => {
  expect(maskedConfig({ 'store.url': url, 'secrets.key': '' })['store.url']).toBe(shown);
});

it('does not show the key of the secrets, and whether there is one', () => {
  expect(maskedConfig({ 'store.url': '', 'secrets.key': 'parrot' })).toEqual({
    'store.url': '',
    'secrets.key': '*****',
  });
  expect(maskedConfig({ 'store.url': '', 'secrets.key': '' })).toEqual({ 'store.url': '', 'secrets.key': '' });
});
