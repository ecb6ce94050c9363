import { expect, test } from 'vitest';
import { goRegexpFault } from './goRegexp.ts';

test.each([
  '',
  'http.*',
  '(?i)http|^$',
  '(?P<name>a+?)(?:b{2,3}){0,1}(?i-s:c)',
  '[]a]|[^]]|[[:alpha:]_-]|[\\]\\\\]',
  'a{,2}|{|}|]',
  '[a-zA-Z0-9_-][^-a]',
  '\\Q(*\\E\\.\\d+\\pL\\x{10FFFF}\\012$',
  '^*|()|a||b',
  '(a{10}b){100}|(?:c{500}){2}',
  '(a{1000})*(b+){1000}c{1000}?',
])('%s is a regular expression to Go', (regexp) => expect(goRegexpFault(regexp)).toBeUndefined());

test.each([
  ['(', 'missing closing ): `(`'],
  ['a(b|c', 'missing closing ): `a(b|c`'],
  ['a)b', 'unexpected ): `a)b`'],
  ['a[b-', 'missing closing ]: `[b-`'],
  ['[]', 'missing closing ]: `[]`'],
  ['a[z-a]', 'invalid character class range: `z-a`'],
  ['*a', 'missing argument to repetition operator: `*`'],
  ['a|+', 'missing argument to repetition operator: `+`'],
  ['({2})', 'missing argument to repetition operator: `{2}`'],
  ['a**', 'invalid nested repetition operator: `**`'],
  ['a{2}{3}', 'invalid nested repetition operator: `{2}{3}`'],
  ['a{1001}', 'invalid repeat count: `{1001}`'],
  ['(a{100}){11}', 'invalid repeat count: `{11}`'],
  ['(a|(?:b{2}c){300}d){2,}', 'invalid repeat count: `{2,}`'],
  ['a{3,2}', 'invalid repeat count: `{3,2}`'],
  ['a\\', 'trailing backslash at end of expression: ``'],
  ['(a)\\1', 'invalid escape sequence: `\\1`'],
  ['\\y', 'invalid escape sequence: `\\y`'],
  ['a(?=b)', 'invalid or unsupported Perl syntax: `(?=`'],
  ['(?!b)', 'invalid or unsupported Perl syntax: `(?!`'],
])('%s is none', (regexp, fault) => expect(goRegexpFault(regexp)).toBe(`error parsing regexp: ${fault}`));
