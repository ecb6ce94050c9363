export interface ZoneSpec {
  /** Absent means true. */
  readonly enabled?: boolean | undefined;
}
