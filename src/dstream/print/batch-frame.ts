import type { Time } from '../../batches/time.ts'

const RULE = '-'.repeat(43)

/** The text that `print` and `pprint` write for one batch: the time between two rules, the records, `...` when there are more, an empty line. */
export function batchFrame<T>(time: string, records: readonly T[], num: number, format: (record: T) => string): string {
  const lines = [RULE, `Time: ${time}`, RULE, ...records.slice(0, num).map(format)]
  if (records.length > num) lines.push('...')
  return `${lines.join('\n')}\n\n`
}

/** A batch's time as Python prints a local `datetime`: `2023-11-14 22:13:20`, with microseconds only when there are some. */
export function pythonTime(time: Time): string {
  const date = time.toDate()
  const two = (part: number) => String(part).padStart(2, '0')
  const day = [String(date.getFullYear()).padStart(4, '0'), two(date.getMonth() + 1), two(date.getDate())].join('-')
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')
  const milliseconds = date.getMilliseconds()
  const fraction = milliseconds === 0 ? '' : `.${String(milliseconds).padStart(3, '0')}000`
  return `${day} ${clock}${fraction}`
}
