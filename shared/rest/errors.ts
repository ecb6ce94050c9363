import type { Violation } from '../resource/violation.ts';

interface Details {
  readonly status: number;
  /** Absent: the title of the operation that failed. */
  readonly title?: string;
  readonly detail: string;
  readonly violations?: readonly Violation[];
}

/** An error that has an answer: Kuma's error object with this status. */
export class RestError extends Error {
  override name = 'RestError';
  readonly status: number;
  readonly title: string | undefined;
  readonly violations: readonly Violation[];

  constructor({ status, title, detail, violations = [] }: Details) {
    super(detail);
    this.status = status;
    this.title = title;
    this.violations = violations;
  }
}

export class NotFound extends RestError {
  override name = 'NotFound';
  constructor(title?: string) {
    super({ status: 404, ...(title && { title }), detail: 'Not found' });
  }
}

/** The resource breaks rules; the list says which. */
export class Invalid extends RestError {
  override name = 'Invalid';
  constructor(violations: readonly Violation[], title?: string, detail = 'Resource is not valid') {
    super({ status: 400, ...(title && { title }), detail, violations });
  }
}

/** The request makes no sense: not JSON, or a query value nobody knows. */
export class BadRequest extends RestError {
  override name = 'BadRequest';
  constructor(detail: string, violations: readonly Violation[] = []) {
    super({ status: 400, title: 'Bad Request', detail, violations });
  }
}

export class Unauthenticated extends RestError {
  override name = 'Unauthenticated';
  constructor() {
    super({ status: 401, title: 'Invalid authentication data', detail: 'Unauthenticated' });
  }
}

export class AccessDenied extends RestError {
  override name = 'AccessDenied';
  constructor(detail: string) {
    super({ status: 403, title: 'Access Denied', detail });
  }
}

/** Not on this control plane; the detail says on which. */
export class MethodNotAllowed extends RestError {
  override name = 'MethodNotAllowed';
  constructor(detail: string) {
    super({ status: 405, title: 'Method not allowed', detail });
  }
}

/** Somebody else wrote it meanwhile: read again and decide anew. */
export class VersionConflict extends RestError {
  override name = 'VersionConflict';
  constructor(detail: string) {
    super({ status: 409, title: 'Conflict', detail });
  }
}

/** The client said on what condition it wants this, and that does not hold. */
export class PreconditionFailed extends RestError {
  override name = 'PreconditionFailed';
  constructor(detail: string) {
    super({ status: 412, title: 'Precondition Failed', detail });
  }
}

/** A part that is needed does not answer now. */
export class Unavailable extends RestError {
  override name = 'Unavailable';
  constructor(detail: string) {
    super({ status: 503, title: 'Service unavailable', detail });
  }
}

/** What other modules' errors mean here. They do not know REST, so they are known by name. */
const MEANINGS: Readonly<Record<string, { readonly status: number; readonly title: string }>> = {
  VersionConflict: { status: 409, title: 'Conflict' },
  StaleWrite: { status: 409, title: 'Conflict' },
  LogUnavailable: { status: 503, title: 'Service unavailable' },
  WrittenByNewer: { status: 503, title: 'Service unavailable' },
  IdempotencyKeyReused: { status: 422, title: 'Idempotency key reused' },
  UnstorableChange: { status: 400, title: 'Bad Request' },
  AbortError: { status: 499, title: 'Client Closed Request' },
  EnvoyUnreachable: { status: 500, title: 'Could not execute admin operation' },
  ProxyUnreachable: { status: 400, title: 'Could not execute admin operation' },
  TokenRefused: { status: 401, title: 'Invalid authentication data' },
  SecretUnreadable: { status: 500, title: 'Secret cannot be opened' },
  SigningKeyNotFound: { status: 404, title: 'Signing Key not found' },
};

/** The answer that an error stands for; `undefined`: none, it is a fault of ours (500). */
export function asRestError(error: unknown): RestError | undefined {
  if (error instanceof RestError) return error;
  if (!(error instanceof Error)) return undefined;
  const meaning = MEANINGS[error.name];
  return meaning && new RestError({ ...meaning, detail: error.message });
}
