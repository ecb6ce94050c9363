/** A value that does not fit its protobuf field. The path grows while the error travels out of the nested messages. */
export class EncodeError extends Error {
  override name = 'EncodeError';
  readonly reason: string;
  /** `listener inbound:…`, set where the resource is known. */
  readonly resource: string;
  readonly path: string;

  constructor(reason: string, path = '', resource = '') {
    super([resource, path && (resource ? `field ${path}` : path), reason].filter(Boolean).join(': '));
    this.reason = reason;
    this.path = path;
    this.resource = resource;
  }

  /** The same error, seen from one message further out. */
  within(step: string): EncodeError {
    const path = this.path.startsWith('[') || this.path === '' ? `${step}${this.path}` : `${step}.${this.path}`;
    return new EncodeError(this.reason, path, this.resource);
  }

  of(resource: string): EncodeError {
    return new EncodeError(this.reason, this.path, resource);
  }
}

/** For messages: the value, shortened. */
export function shown(value: unknown): string {
  const text =
    typeof value === 'string'
      ? JSON.stringify(value)
      : typeof value === 'object'
        ? (JSON.stringify(value) ?? '')
        : String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
