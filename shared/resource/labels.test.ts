import { expect, test } from 'vitest';
import { testRegistry } from '../../test/support/restFixture.ts';
import { computedLabels, deleteOriginViolations, immutableLabelViolations, labelViolations } from './labels.ts';
import type { Role } from './role.ts';

const alone: Role = { mode: 'standalone', environment: 'universal' };
const global: Role = { mode: 'global', environment: 'universal' };
const east: Role = { mode: 'zone', zone: 'east', environment: 'kubernetes' };

const timeout = testRegistry.byType('MeshTimeout')!;
const mesh = testRegistry.byType('Mesh')!;
const ingress = testRegistry.byType('ZoneIngress')!;
const resource = (labels: Record<string, string> = {}) => ({ mesh: 'm', labels, spec: {} });

test('what each control plane adds', () => {
  const own = { 'kuma.io/mesh': 'm' };
  expect(computedLabels(timeout, resource(), global)).toEqual(own);
  expect(computedLabels(timeout, resource(), alone)).toEqual({
    ...own,
    'kuma.io/env': 'universal',
    'kuma.io/origin': 'zone',
    'kuma.io/zone': 'default',
  });
  expect(computedLabels(timeout, resource(), east)).toEqual({
    ...own,
    'kuma.io/env': 'kubernetes',
    'kuma.io/origin': 'zone',
    'kuma.io/zone': 'east',
  });
  expect(computedLabels(mesh, resource(), alone)).toEqual({});
  expect(computedLabels(ingress, resource({ 'kuma.io/proxy-type': 'sidecar' }), east)['kuma.io/proxy-type']).toBe(
    'zoneingress',
  );
});

test('what is written stays: an origin of global has no zone', () => {
  expect(computedLabels(timeout, resource({ 'kuma.io/origin': 'global', b: '1', a: '2' }), alone)).toEqual({
    a: '2',
    b: '1',
    'kuma.io/mesh': 'm',
    'kuma.io/origin': 'global',
  });
  expect(Object.keys(computedLabels(timeout, resource({ z: '1', a: '2' }), global))).toEqual([
    'a',
    'kuma.io/mesh',
    'z',
  ]);
});

test('what may not be written', () => {
  const fields = (labels: Record<string, string>, role: Role) =>
    labelViolations(timeout, resource(labels), role).map(({ field }) => field);
  expect(fields({ 'kuma.io/origin': 'zone' }, east)).toEqual([]);
  expect(fields({}, east)).toEqual(['labels["kuma.io/origin"]']);
  expect(fields({ 'kuma.io/origin': 'zone', 'kuma.io/zone': 'west' }, east)).toEqual(['labels["kuma.io/zone"]']);
  expect(fields({ 'kuma.io/mesh': 'other' }, alone)).toEqual(['labels["kuma.io/mesh"]']);
  expect(fields({ 'kuma.io/origin': 'global', 'kuma.io/zone': 'x' }, alone)).toEqual([]);
  expect(fields({ 'kuma.io/origin': 'zone' }, global)).toEqual(['labels["kuma.io/origin"]']);
  expect(fields({ 'kuma.io/zone': 'x' }, global)).toEqual([]);
  expect(fields({ 'kuma.io/origin': 'global' }, global)).toEqual([]);
  expect(fields({ 'bad key': 'x', 'a/b/c': 'x', ok: 'not ok', 'p.q/r': '' }, global)).toEqual([
    'labels["a/b/c"]',
    'labels["bad key"]',
    'labels["ok"]',
  ]);
  expect(labelViolations(ingress, resource(), east)).toEqual([]);
});

const told = (labels: Record<string, string>, role: Role, descriptor = timeout) =>
  labelViolations(descriptor, { ...resource(labels), mesh: descriptor.scope === 'Mesh' ? 'm' : '' }, role).map(
    ({ field, reason }) => `${field}: ${reason}`,
  );

test('an origin that is not known is told, and what it should be; an empty one is none', () => {
  const unknown = 'labels["kuma.io/origin"]: unknown resource origin "foo"';
  expect(told({ 'kuma.io/origin': 'foo' }, alone)).toEqual([unknown]);
  expect(told({ 'kuma.io/origin': 'foo' }, global)).toEqual([
    unknown,
    `labels["kuma.io/origin"]: the origin label must be set to 'global'`,
  ]);
  expect(told({ 'kuma.io/origin': 'foo', 'kuma.io/zone': 'west' }, east)).toEqual([
    unknown,
    `labels["kuma.io/origin"]: the origin label must be set to 'zone'`,
    'labels["kuma.io/zone"]: kuma.io/zone label should have east value',
  ]);
  expect(told({ 'kuma.io/origin': '' }, global)).toEqual([]);
  expect(told({ 'kuma.io/origin': '' }, east)).toHaveLength(1);
  expect(deleteOriginViolations(timeout, { 'kuma.io/origin': '' }, global)).toEqual([]);
});

test('what belongs to no mesh says none', () => {
  expect(told({ 'kuma.io/mesh': 'm' }, alone, mesh)).toEqual([
    'labels["kuma.io/mesh"]: kuma.io/mesh label must not differ from mesh set on resource',
  ]);
  expect(told({ 'kuma.io/mesh': 'm' }, global, mesh)).toEqual([]);
});

test('a policy has the role of those that live in no namespace', () => {
  expect(told({ 'kuma.io/policy-role': 'system' }, global)).toEqual([]);
  expect(told({ 'kuma.io/policy-role': '' }, global)).toEqual([]);
  expect(told({ 'kuma.io/policy-role': 'consumer', 'bad key': '' }, global)).toEqual([
    'labels["kuma.io/policy-role"]: kuma.io/policy-role label should have system value, got consumer',
    expect.stringContaining('labels["bad key"]: name part must consist of'),
  ]);
  expect(told({ 'kuma.io/policy-role': 'consumer' }, east, ingress)).toEqual([]);
});

test('what never changes', () => {
  expect(immutableLabelViolations({ 'kuma.io/zone': 'a', x: '1' }, { 'kuma.io/zone': 'a', x: '2' })).toEqual([]);
  expect(
    immutableLabelViolations({ 'kuma.io/display-name': 'z', 'kuma.io/zone': 'a' }, { 'kuma.io/zone': 'b' }),
  ).toEqual([
    { field: 'labels["kuma.io/zone"]', reason: 'is immutable, cannot be changed from "a" to "b"' },
    { field: 'labels["kuma.io/display-name"]', reason: 'is immutable, cannot be removed (was "z")' },
  ]);
  expect(immutableLabelViolations({}, { 'kuma.io/origin': 'zone', 'kuma.io/zone': 'a' })).toEqual([]);
});

test('who deletes what', () => {
  expect(deleteOriginViolations(timeout, { 'kuma.io/origin': 'global' }, east)).toHaveLength(1);
  expect(deleteOriginViolations(timeout, {}, east)).toHaveLength(1);
  expect(deleteOriginViolations(ingress, {}, east)).toEqual([]);
  expect(deleteOriginViolations(timeout, { 'kuma.io/origin': 'zone' }, global)).toHaveLength(1);
  expect(deleteOriginViolations(timeout, {}, global)).toEqual([]);
  expect(deleteOriginViolations(timeout, { 'kuma.io/origin': 'zone' }, alone)).toEqual([]);
});
