/** A time as Spark's REST interface writes it: `2026-11-30T09:00:24.125GMT`. */
export function restDate(timeMs: number): string {
  return new Date(timeMs).toISOString().replace('Z', 'GMT')
}

/** A time that may not have come: absent from the answer then, as in Spark's. */
export function restDateOrAbsent(timeMs: number | null): string | undefined {
  return timeMs === null ? undefined : restDate(timeMs)
}
