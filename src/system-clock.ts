/** Milliseconds since the epoch. The one place where the library reads the time of day; what must be tested takes a clock instead. */
export function systemTimeMs(): number {
  return Date.now()
}
