import type { Socket } from 'node:net'
import { END_OF_ARROW_STREAM } from '../../../arrow/format.ts'
import { serializeError } from '../../../closure/worker/serialize-error.ts'
import { SparkException } from '../../../errors.ts'
import { foldStacksOf } from '../../../stack-frames.ts'
import { writeAll } from '../../../task/write-all.ts'
import { formatErrorText } from '../error-text.ts'
import { Marker } from './protocol/markers.ts'
import { intBytes, textBytes } from './protocol/worker-output.ts'
import type { RowOutput } from './row-output.ts'

/** The state of a worker: whether a task runs, and the rows that the task sends. */
export interface TaskProgress {
  isRunning: boolean
  rows: RowOutput | null
}

/**
 * Tells the executor why its worker ends when a function ends the process: the driver then sees more than that a worker is gone. Nothing
 * asynchronous runs any more at that point, so the socket is written to directly; where that cannot be done, the log says it alone.
 */
export function sayWhyOnExit(socket: Socket, progress: TaskProgress): void {
  let stray: { readonly error: unknown } | null = null
  process.on('uncaughtExceptionMonitor', (error) => {
    stray = { error }
  })
  process.once('exit', (code) => {
    if (!progress.isRunning) return
    const ended = new SparkException(
      'WORKER_EXITED',
      `The worker's process ended with code ${code} while it ran a task: ${stray === null ? 'a function called process.exit' : 'a promise that was not awaited was rejected, or a timer or an event listener threw'}`,
    )
    process.stderr.write(`${ended.message}\n`)
    // The user's own error says most: node has written it to the executor's log, and it becomes the cause of the job's error.
    const error = stray === null ? ended : stray.error
    const descriptor = (socket as Socket & { readonly _handle?: { readonly fd?: number } })._handle?.fd
    if (descriptor === undefined || descriptor < 0 || socket.writableLength > 0) return
    foldStacksOf(error)
    const text = textBytes(formatErrorText(serializeError(error)))
    const streamEnd = progress.rows?.isOpen ? END_OF_ARROW_STREAM : new Uint8Array(0)
    try {
      writeAll(descriptor, Buffer.concat([streamEnd, intBytes(Marker.EXCEPTION), text]))
    } catch {
      // The executor is gone, or takes nothing now: it will see the connection end.
    }
  })
}
