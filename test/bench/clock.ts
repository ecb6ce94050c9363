/** Milliseconds of the machine's monotonic clock: the bench and the fleet's process read the same one. */
export function clock(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
