import type { ResourceDescriptor } from '../../resource/descriptor.ts';
import { isWritable, type Role } from '../../resource/role.ts';
import { MethodNotAllowed } from '../errors.ts';
import type { RestDeps } from '../ports.ts';

const BY = "with 'kumactl apply' or via the HTTP API. You can still use 'kumactl' or the HTTP API to modify";

/** Kuma's words (`pkg/api-server/resource_endpoints.go`), with the newline at the end: kumactl prints the text as it is. */
const ELSEWHERE: Readonly<Record<Role['mode'], string>> = {
  global: `On global control plane you can not modify dataplane resources ${BY} them on the zone control plane.\n`,
  zone: `On zone control plane you can only modify zone resources ${BY} the rest of the resource on the global control plane.\n`,
  standalone: 'This resource is written by the control plane itself.\n',
};

/** @throws MethodNotAllowed when resources of the type are not written on this control plane. */
export function requireWritable(
  descriptor: ResourceDescriptor,
  { role, readOnly }: Pick<RestDeps, 'role' | 'readOnly'>,
): void {
  if (readOnly) throw new MethodNotAllowed('The API of this control plane is read only (setting api.readOnly).\n');
  if (!isWritable(descriptor, role)) throw writtenElsewhere(descriptor.readOnly ? 'standalone' : role.mode);
}

/** Why it is not written on a control plane of that mode, and where. */
export function writtenElsewhere(mode: Role['mode']): MethodNotAllowed {
  return new MethodNotAllowed(ELSEWHERE[mode]);
}
