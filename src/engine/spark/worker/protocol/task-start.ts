import type { FieldReader } from './field-reader.ts'
import { MAP_IN_ARROW, WorkerProtocolError } from './markers.ts'

/** The forms in which executors of different Spark versions talk to their workers. */
export type WireForm = '4.1' | '4.2' | '4.3'

/** The header that an executor sends before a task's data. */
export interface TaskStart {
  readonly wire: WireForm
  /** The task's index among the tasks of Spark's stage. */
  readonly partition: number
  readonly attemptNumber: number
  readonly taskAttemptId: number
  /** Where the session's files are on this executor. */
  readonly filesDir: string
  /** The bytes that the client put into `PythonUDF.command`. */
  readonly command: Buffer
}

interface Attempt {
  readonly attemptNumber: number
  readonly taskAttemptId: number
}

/** Reads what follows the init mark and the length in Spark 4.3, and what follows the handshake in 4.2, which is the same. */
export function readTaskStart(fields: FieldReader, wire: '4.2' | '4.3'): TaskStart {
  const partition = readPartition(fields)
  fields.text() // the client's language version
  const attempt = JSON.parse(fields.text()) as Attempt
  const filesDir = readFiles(fields)
  readBroadcasts(fields)
  const evalType = fields.int()
  readConf(fields) // how Spark would have values converted
  readConf(fields) // of kinds of functions that Millstream does not use
  expectMapInArrow(evalType)
  const command = onlyFunction(fields, () => {
    fields.list(() => {
      fields.int()
      if (fields.bool()) fields.text()
    })
  })
  fields.long() // the id of profiling results
  const { attemptNumber, taskAttemptId } = attempt
  return { wire, partition, attemptNumber, taskAttemptId, filesDir, command }
}

/** Reads what follows the handshake in Spark 4.1. */
export function readTaskStart41(fields: FieldReader): TaskStart {
  const partition = readPartition(fields)
  fields.text() // the client's language version
  if (fields.bool()) throw new WorkerProtocolError('barrier tasks are not for Millstream')
  fields.int() // stage
  fields.int() // partition
  const attemptNumber = fields.int()
  const taskAttemptId = fields.long()
  fields.int() // processors
  fields.list(() => {
    fields.text()
    fields.text()
    fields.list(() => fields.text())
  })
  fields.list(() => [fields.text(), fields.text()])
  const filesDir = readFiles(fields)
  readBroadcasts(fields)
  const evalType = fields.int()
  expectMapInArrow(evalType)
  readConf(fields)
  const isProfiling = fields.bool()
  if (isProfiling) fields.text()
  const command = onlyFunction(fields, () => {
    fields.list(() => fields.int())
  })
  if (isProfiling) fields.long()
  return { wire: '4.1', partition, attemptNumber, taskAttemptId, filesDir, command }
}

/**
 * Whether what follows the handshake is of Spark 4.2 rather than 4.1: behind the partition and the client's version it has a length and a
 * JSON object where 4.1 has a flag and the numbers of stage and partition.
 */
export function isJsonContext(fields: FieldReader, bytes: Buffer): boolean {
  fields.int()
  fields.text()
  const at = fields.position
  fields.int()
  fields.bool()
  fields.bool()
  return bytes.toString('latin1', at + 4, at + 6) === '{"'
}

function readPartition(fields: FieldReader): number {
  const partition = fields.int()
  if (partition < 0) throw new WorkerProtocolError(`a task of partition ${partition} is none`)
  return partition
}

function readFiles(fields: FieldReader): string {
  const directory = fields.text()
  fields.list(() => fields.text()) // Python packages
  return directory
}

/** Millstream's broadcast values travel in its commands; what Spark's own give is passed over. */
function readBroadcasts(fields: FieldReader): void {
  const fromServer = fields.bool()
  const count = fields.int()
  if (fromServer) {
    fields.int()
    fields.text()
  }
  for (let index = 0; index < count; index++) {
    const isAdded = fields.long() >= 0
    if (isAdded && !fromServer) fields.text()
  }
}

function readConf(fields: FieldReader): void {
  fields.list(() => [fields.text(), fields.text()])
}

function onlyFunction(fields: FieldReader, readArguments: () => void): Buffer {
  const commands = fields.list(() => {
    readArguments()
    return fields.list(() => fields.bytes())
  })
  const command = commands[0]?.[0]
  if (command === undefined || commands.length !== 1 || commands[0]?.length !== 1) {
    throw new WorkerProtocolError(`a task brings one function of Millstream, this one ${commands.flat().length}`)
  }
  return command
}

function expectMapInArrow(evalType: number): void {
  if (evalType === MAP_IN_ARROW) return
  throw new WorkerProtocolError(
    `this worker runs Millstream's functions only (kind ${MAP_IN_ARROW}), not kind ${evalType}: run Python functions in a session of their own`,
  )
}
