import { tagViolations } from '../resource/tags.ts';
import type { Violation } from '../resource/violation.ts';
import type { Kind, TargetRef } from './targetRef.ts';

interface TargetRefOptions {
  readonly kinds: readonly Kind[];
  /** Has the policy a `from` or `rules`? Only then may a Dataplane be narrowed to one inbound. */
  readonly isInbound?: boolean;
  /** May a MeshGateway be narrowed to listeners by tags? */
  readonly gatewayTags?: boolean;
}

type Field = 'name' | 'namespace' | 'labels' | 'sectionName' | 'tags' | 'proxyTypes' | 'mesh';
/** Empty: the targetRef itself. */
type Fault = readonly [field: Field | '', reason: string];
type Check = (ref: TargetRef, options: TargetRefOptions) => readonly Fault[];

/** Fields that must not stand beside a kind. */
const without =
  (...fields: readonly Field[]): Check =>
  (ref) =>
    fields.filter((field) => isSet(ref[field])).map((field) => [field, `must not be set with kind ${ref.kind}`]);

const wholeMesh: Check = ({ name }) => (name ? [['name', 'using name with kind Mesh is not yet supported']] : []);
const named: Check = ({ kind, name }) => (name ? [] : [['name', `must be set when kind is ${kind}`]]);
const nameOrLabels: Check = ({ kind, name, labels }) =>
  name || isSet(labels) ? [] : [['', `name or labels must be set when kind is ${kind}`]];
const validName: Check = ({ name = '' }) =>
  /^[0-9a-z\-_.]*$/.test(name)
    ? []
    : [['name', "invalid characters: must consist of lower case alphanumeric characters, '-', '.' and '_'."]];
const notBoth =
  (name: string): Check =>
  (ref) =>
    isSet(ref.labels) && (ref.name || ref.namespace) ? [['labels', `either labels or ${name} must be specified`]] : [];
const inboundSection: Check = ({ sectionName }, { isInbound }) =>
  sectionName && !isInbound ? [['sectionName', 'can only be used with inbound policies']] : [];
const listenerTags: Check = ({ kind, tags }, { gatewayTags }) =>
  isSet(tags) && !gatewayTags ? [['tags', `must not be set with kind ${kind}`]] : [];

const NAME_AND_NAMESPACE = notBoth('name and namespace');

/** What is checked of a kind, in Kuma's order. Tags are checked besides, where `TAGS` stands. */
const TAGS = 'tags';
const CHECKS: Readonly<Record<Kind, readonly (Check | typeof TAGS)[]>> = {
  Mesh: [wholeMesh, without('mesh', 'tags', 'labels', 'namespace', 'sectionName')],
  Dataplane: [without('tags', 'mesh', 'proxyTypes'), NAME_AND_NAMESPACE, inboundSection],
  MeshSubset: [without('name', 'mesh'), TAGS, without('labels', 'namespace', 'sectionName')],
  MeshGateway: [
    named,
    validName,
    without('mesh', 'proxyTypes'),
    TAGS,
    listenerTags,
    without('labels', 'namespace', 'sectionName'),
  ],
  MeshService: [validName, without('mesh', 'tags', 'proxyTypes'), nameOrLabels, NAME_AND_NAMESPACE],
  MeshExternalService: [
    validName,
    without('mesh', 'tags', 'proxyTypes'),
    nameOrLabels,
    notBoth('name'),
    without('sectionName'),
  ],
  MeshMultiZoneService: [without('mesh', 'tags', 'proxyTypes'), nameOrLabels, NAME_AND_NAMESPACE],
  MeshServiceSubset: [
    named,
    validName,
    without('mesh', 'proxyTypes'),
    TAGS,
    without('labels', 'namespace', 'sectionName'),
  ],
  MeshHTTPRoute: [validName, without('mesh', 'tags', 'sectionName', 'proxyTypes'), nameOrLabels, NAME_AND_NAMESPACE],
};

/** What is wrong with a targetRef, in the words of Kuma's `ValidateTargetRef`. @param field its path, `spec.to[0].targetRef`. */
export function targetRefViolations(ref: TargetRef, field: string, options: TargetRefOptions): Violation[] {
  const { kind, tags = {} } = ref;
  if (!options.kinds.includes(kind)) return [{ field: `${field}.kind`, reason: `value '${kind}' is not supported` }];
  return CHECKS[kind].flatMap((check) => {
    // of a subset of the mesh tags are compared with those of proxies, of the others they select
    if (check === TAGS) return tagViolations(tags, `${field}.tags`, { areWanted: kind !== 'MeshSubset' });
    return check(ref, options).map(([name, reason]) => ({ field: name ? `${field}.${name}` : field, reason }));
  });
}

function isSet(value: unknown): boolean {
  if (value === undefined || value === '') return false;
  return typeof value !== 'object' || value === null || Object.keys(value).length > 0;
}
