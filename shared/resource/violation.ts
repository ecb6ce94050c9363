/** One broken rule of a resource: where, as `spec.to[0].targetRef.kind`, and what would be right. */
export interface Violation {
  readonly field: string;
  readonly reason: string;
}
