import { expect, test } from 'vitest';
import { withVariables } from './variables.ts';

const TEMPLATE = 'name: {{ name }}\nmesh: {{mesh}}\nzone: {{{ place.zone }}}\n';

test('values take the places of their keys, as they are', () => {
  const values = { name: 'a "b" & {{ mesh }} $& $1', mesh: 'shop', 'place.zone': '<east>' };
  expect(withVariables(TEMPLATE, values, 't.yaml')).toBe('name: a "b" & {{ mesh }} $& $1\nmesh: shop\nzone: <east>\n');
});

test('without values braces are text', () => {
  expect(withVariables('lua: "{{ name }}"', {}, 't.yaml')).toBe('lua: "{{ name }}"');
});

test('a key without a value is told with its line, and what was probably meant', () => {
  const missing = (values: Record<string, string>) => () => withVariables(TEMPLATE, values, 't.yaml');
  expect(missing({ name: 'n', mehs: 'shop' })).toThrow(
    't.yaml:2: there is no value for {{ mesh }}. Did you mean mehs?',
  );
  expect(missing({ name: 'n', mesh: 'm' })).toThrow('t.yaml:3: there is no value for {{ place.zone }}. Give it with');
  const builtin = () => withVariables('a: {{ constructor }}', { other: 'x' }, 't.yaml');
  expect(builtin, 'what objects have by themselves is no value').toThrow('t.yaml:1');
});
