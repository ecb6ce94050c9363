import { createAccount, createOperator, createUser, fromPublic } from '@nats-io/nkeys';
import { nkeyAuthenticator as library } from '@nats-io/transport-node';
import { expect, it } from 'vitest';
import { nkey, nkeyAuthenticator } from './nkey.ts';

it.each([
  ['user', createUser],
  ['account', createAccount],
  ['operator', createOperator],
])('the key of a seed is what the library says, and signs as it does: %s', (_, create) => {
  for (let round = 0; round < 20; round++) {
    const pair = create();
    const { publicKey, sign } = nkey(pair.getSeed());
    expect(publicKey).toBe(pair.getPublicKey());
    const text = new TextEncoder().encode(`nonce ${round}`);
    expect(Buffer.from(sign(text))).toEqual(Buffer.from(pair.sign(text)));
    expect(fromPublic(publicKey).verify(text, sign(text))).toBe(true);
  }
});

it('a server is told what the library would tell it', () => {
  const seed = createUser().getSeed();
  for (const nonce of ['a nonce', undefined]) {
    expect(nkeyAuthenticator(() => seed)(nonce)).toEqual(library(seed)(nonce));
  }
  expect(
    nkeyAuthenticator(
      () => seed,
      () => 'a.jwt',
    )('n'),
  ).toMatchObject({ jwt: 'a.jwt' });
});
