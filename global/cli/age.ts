/**
 * Time between two moments in Kubernetes' short form, as kumactl's AGE column: `35s`, `12m`, `7h`, `3d`, `2y`; `never`
 * when there is no moment.
 * @param time RFC 3339
 * @param now milliseconds since 1970
 */
export function age(time: string | undefined, now: number): string {
  if (!time) return 'never';
  const seconds = Math.max(0, Math.floor((now - Date.parse(time)) / 1000));
  if (Number.isNaN(seconds)) return 'never';
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 120 * 60) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)}h`;
  if (seconds < 730 * 86_400) return `${Math.floor(seconds / 86_400)}d`;
  return `${Math.floor(seconds / 31_536_000)}y`;
}
