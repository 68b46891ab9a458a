import type { Time } from './time.ts'

/** A batch's local time of day for names of jobs: `22:13:20`, with milliseconds when batches are not whole seconds apart. */
export function batchTimeOfDay(time: Time, batchIntervalMs: number): string {
  const date = time.toDate()
  const two = (part: number) => String(part).padStart(2, '0')
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')
  return batchIntervalMs % 1000 === 0 ? clock : `${clock}.${String(date.getMilliseconds()).padStart(3, '0')}`
}
