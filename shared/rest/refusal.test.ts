import { expect, it } from 'vitest';
import { withoutEmptySteps } from './refusal.ts';

it.each([
  ['/meshes//default?size=1', '/meshes/default?size=1'],
  ['//evil.example/meshes', '/evil.example/meshes'],
])('the path %s leads to %s', (url, location) => {
  expect(withoutEmptySteps(url)).toMatchObject({ status: 307, headers: { location } });
});

it.each(['/meshes/default', '/', '/meshes?filter[tag]=a//b', 'http://other.example/meshes'])('%s stays', (url) => {
  expect(withoutEmptySteps(url)).toBeUndefined();
});
