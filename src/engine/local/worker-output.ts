import type { PrintedOutput } from './messages.ts'

/** Pieces of output that may be on their way: a worker that prints faster than the driver writes waits. */
const MAX_UNWRITTEN = 1000

/**
 * Sends what is printed on this worker to the driver by the port of the answers. Node's own way has a port of its own, so that lines of a task could come
 * after what the driver prints once the task is done.
 * @param written one cell, which the driver counts up for each piece that it has written
 */
export function sendOutput(post: (message: PrintedOutput) => void, written: Int32Array): void {
  let sent = 0
  for (const stream of ['stdout', 'stderr'] as const) {
    process[stream].write = ((
      chunk: string | Uint8Array,
      encodingOrDone?: BufferEncoding | (() => void),
      done?: () => void,
    ): boolean => {
      const encoding = typeof encodingOrDone === 'string' ? encodingOrDone : 'utf8'
      const isText = typeof chunk === 'string'
      post({ kind: 'output', stream, data: isText && encoding !== 'utf8' ? Buffer.from(chunk, encoding) : chunk })
      sent = (sent + 1) | 0
      awaitWritten(written, sent)
      const callback = typeof encodingOrDone === 'function' ? encodingOrDone : done
      if (callback !== undefined) process.nextTick(callback)
      return true
    }) as typeof process.stdout.write
  }
}

function awaitWritten(written: Int32Array, sent: number): void {
  for (;;) {
    const count = Atomics.load(written, 0)
    if (((sent - count) | 0) <= MAX_UNWRITTEN) return
    Atomics.wait(written, 0, count)
  }
}

/** Writes a piece of a worker's output, on the driver. */
export function writeOutput({ stream, data }: PrintedOutput, written: Int32Array): void {
  process[stream].write(data)
  Atomics.add(written, 0, 1)
  Atomics.notify(written, 0)
}
