import { expect, test } from 'vitest';
import { labelKeyErrors, labelValueErrors } from './labelSyntax.ts';

const QUALIFIED =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

test.each(['team', 'kuma.io/mesh', 'A_b.c-9', 'a/b', `${'p'.repeat(253)}/${'n'.repeat(63)}`])('a key: %s', (key) =>
  expect(labelKeyErrors(key)).toEqual([]),
);

test.each([
  [
    'a/b/c',
    [`a qualified name ${QUALIFIED} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`],
  ],
  ['', ['name part must be non-empty', `name part ${QUALIFIED}`]],
  ['/x', ['prefix part must be non-empty']],
  ['n'.repeat(64), ['name part must be no more than 63 bytes']],
  ['-x', [`name part ${QUALIFIED}`]],
  [
    'A/x',
    [
      "prefix part a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
    ],
  ],
  [`${'p'.repeat(254)}/x`, ['prefix part must be no more than 253 bytes']],
])('no key, as Kubernetes says: %s', (key, errors) => expect(labelKeyErrors(key)).toEqual(errors));

test.each(['', 'v1', 'A_b.c-9'])('a value: %j', (value) => expect(labelValueErrors(value)).toEqual([]));

test('no value, as Kubernetes says', () => {
  const reason =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
  expect(labelValueErrors('-')).toEqual([reason]);
  expect(labelValueErrors('v'.repeat(64))).toEqual(['must be no more than 63 bytes']);
});
