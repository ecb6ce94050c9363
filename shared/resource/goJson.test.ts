import { expect, test } from 'vitest';
import { cannotUnmarshalNumber, goSyntaxFault } from './goJson.ts';

function syntaxFaultOf(text: string): string {
  try {
    JSON.parse(text);
  } catch (error) {
    return goSyntaxFault(error as Error, text);
  }
  throw new Error(`${text} is JSON`);
}

test.each([
  ['', 'unexpected end of JSON input'],
  ['{"a":', 'unexpected end of JSON input'],
  ['abc', "invalid character 'a' looking for beginning of value"],
  ['{bad', "invalid character 'b' looking for beginning of object key string"],
  ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
  ['{"a" 1}', "invalid character '1' after object key"],
  ['{"a":1 "b":2}', `invalid character '"' after object key:value pair`],
  ['[1 2]', "invalid character '2' after array element"],
  ['{} x', "invalid character 'x' after top-level value"],
  ['"a\nb"', String.raw`invalid character '\n' in string literal`],
  [String.raw`"\x"`, "invalid character 'x' in string escape code"],
  ["'a'", String.raw`invalid character '\'' looking for beginning of value`],
])('%j is no JSON, in Go words', (text, fault) => {
  expect(syntaxFaultOf(text)).toBe(fault);
});

test.each([
  ['abc', "invalid character 'a' looking for beginning of value"],
  ['80x', "invalid character 'x' after top-level value"],
  [true, 'json: cannot unmarshal bool into Go value of type uint32'],
  [{}, 'json: cannot unmarshal object into Go value of type uint32'],
  [-1, 'json: cannot unmarshal number -1 into Go value of type uint32'],
  ['1.5', 'json: cannot unmarshal number 1.5 into Go value of type uint32'],
])('%j is no uint32, in Go words', (value, fault) => {
  expect(cannotUnmarshalNumber(value, 'uint32')).toBe(fault);
});
