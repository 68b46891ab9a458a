import type { ByteInput } from './byte-input.ts'
import { FieldReader, IncompleteError } from './field-reader.ts'
import { Marker, WorkerProtocolError } from './markers.ts'
import { isJsonContext, readTaskStart, readTaskStart41, type TaskStart } from './task-start.ts'

/**
 * Reads the start of the next task, in whichever form it comes.
 * @returns null when the executor has closed the connection instead.
 * @throws WorkerProtocolError
 */
export async function nextTaskStart(input: ByteInput): Promise<TaskStart | null> {
  if (await input.isAtEnd()) return null
  while (input.peek().length < 4) await input.more()
  const first = input.peek().readInt32BE(0)
  if (first === Marker.START_OF_INIT_MESSAGE) {
    await input.readInt()
    const message = await input.read(await input.readInt())
    return complete(() => readTaskStart(new FieldReader(message), '4.3'))
  }
  if (first < 0) throw unknownForm(`begins with ${first}`)
  return unframed(input)
}

/** Spark 4.1 and 4.2 do not send the length of the start. The worker parses the start again after each piece, until it is complete. */
async function unframed(input: ByteInput): Promise<TaskStart> {
  for (;;) {
    const bytes = input.peek()
    try {
      const fields = new FieldReader(bytes)
      const isJson = isJsonContext(new FieldReader(bytes), bytes)
      const start = isJson ? readTaskStart(fields, '4.2') : readTaskStart41(fields)
      await input.read(fields.position)
      return start
    } catch (error) {
      if (!(error instanceof IncompleteError)) throw error
    }
    await input.more()
  }
}

function complete(read: () => TaskStart): TaskStart {
  try {
    return read()
  } catch (error) {
    if (error instanceof IncompleteError) throw unknownForm('is shorter than Spark 4.3 makes it')
    throw error
  }
}

function unknownForm(what: string): WorkerProtocolError {
  return new WorkerProtocolError(
    `the start of a task ${what}: this release of Millstream knows the executors of Spark 4.1, 4.2 and 4.3; use one of those, or a release of Millstream that knows yours`,
  )
}
