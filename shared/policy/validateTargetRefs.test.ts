import { describe, expect, it } from 'vitest';
import type { PolicySpec } from './policySpec.ts';
import { PROXY_KINDS, type TargetRef } from './targetRef.ts';
import { validateTargetRefs } from './validateTargetRefs.ts';

const matrix = {
  top: [...PROXY_KINDS, 'MeshHTTPRoute'] as const,
  to: ['Mesh', 'MeshService', 'MeshExternalService'] as const,
  from: ['Mesh'] as const,
  rules: true,
};
const to = [{ targetRef: { kind: 'Mesh' as const }, default: {} }];

function said(spec: PolicySpec): string[] {
  return validateTargetRefs(spec, matrix).map(({ field, reason }) => `${field}: ${reason}`);
}

describe('the targetRefs of a policy', () => {
  it.each<[TargetRef, string[]]>([
    [{ kind: 'Mesh', proxyTypes: ['Sidecar'] }, []],
    [{ kind: 'Mesh', name: 'x' }, ['name: using name with kind Mesh is not yet supported']],
    [{ kind: 'Mesh', tags: { a: 'b' } }, ['tags: must not be set with kind Mesh']],
    [
      { kind: 'Dataplane', name: 'dp-1', labels: { a: 'b' } },
      ['labels: either labels or name and namespace must be specified'],
    ],
    [{ kind: 'Dataplane', sectionName: 'x' }, ['sectionName: can only be used with inbound policies']],
    [{ kind: 'MeshSubset', name: 'x', tags: {} }, ['name: must not be set with kind MeshSubset']],
    [{ kind: 'MeshService' }, [': name or labels must be set when kind is MeshService']],
    [{ kind: 'MeshService', name: 'a_b_svc_80' }, []],
    [
      { kind: 'MeshService', name: 'A' },
      ["name: invalid characters: must consist of lower case alphanumeric characters, '-', '.' and '_'."],
    ],
    [{ kind: 'MeshServiceSubset', tags: {} }, ['name: must be set when kind is MeshServiceSubset']],
    [{ kind: 'MeshGateway', name: 'g' }, ["kind: value 'MeshGateway' is not supported"]],
    [{ kind: 'MeshHTTPRoute', name: 'r', mesh: 'm' }, ['mesh: must not be set with kind MeshHTTPRoute']],
  ])('%j', (targetRef, reasons) => {
    const expected = reasons.map((reason) => `spec.targetRef${reason.startsWith(':') ? '' : '.'}${reason}`);
    expect(said({ targetRef, to })).toEqual(expected);
  });

  it('are checked in every entry', () => {
    const wrong = { targetRef: { kind: 'MeshSubset' as const } };
    expect(said({ to: [...to, wrong], from: [wrong] })).toEqual([
      "spec.from[0].targetRef.kind: value 'MeshSubset' is not supported",
      "spec.to[1].targetRef.kind: value 'MeshSubset' is not supported",
    ]);
  });

  it('may name an inbound when the policy is about inbounds', () => {
    expect(said({ targetRef: { kind: 'Dataplane', sectionName: 'x' }, rules: [{ default: {} }] })).toEqual([]);
  });
});

describe('the lists of a policy', () => {
  it('must say something', () => {
    expect(said({})).toEqual(["spec: at least one of 'from', 'to' or 'rules' has to be defined"]);
    expect(validateTargetRefs({}, { top: PROXY_KINDS, from: ['Mesh'], rules: true })[0]?.reason).toBe(
      "at least one of 'from' or 'rules' has to be defined",
    );
    expect(validateTargetRefs({}, { top: PROXY_KINDS, to: ['Mesh'] })).toEqual([
      { field: 'spec.to', reason: 'needs at least one item' },
    ]);
    expect(validateTargetRefs({ default: {} }, { top: PROXY_KINDS })).toEqual([]);
  });

  it('do not mix with rules', () => {
    expect(said({ to, rules: [{ default: {} }] })).toEqual([
      "spec: fields 'to' and 'from' must be empty when 'rules' is defined",
    ]);
  });
});
