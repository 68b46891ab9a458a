import fs from 'node:fs'

/**
 * Lets `fs.writeSync` take only a part of what it is given, as the system call may, until the returned object is disposed of: every second
 * write takes one half of its bytes.
 */
export function shortWrites(): Disposable & { readonly count: number } {
  const whole = fs.writeSync as (
    file: number,
    bytes: Uint8Array,
    offset: number,
    length: number,
    at: number | null,
  ) => number
  let writes = 0
  const short = (
    file: number,
    bytes: Uint8Array,
    offset = 0,
    length = bytes.length - offset,
    at: number | null = null,
  ) => whole(file, bytes, offset, ++writes % 2 === 1 && length > 1 ? length >> 1 : length, at)
  fs.writeSync = short as typeof fs.writeSync
  return {
    get count() {
      return writes
    },
    [Symbol.dispose]: () => {
      fs.writeSync = whole as typeof fs.writeSync
    },
  }
}
