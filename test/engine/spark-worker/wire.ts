/** What an executor writes to its worker, in the forms of Spark 4.1, 4.2 and 4.3. */
import type { WireForm } from '../../../src/engine/spark/worker/protocol/task-start.ts'

export function int(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

export function long(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(BigInt(value))
  return bytes
}

export function bool(value: boolean): Buffer {
  return Buffer.from([value ? 1 : 0])
}

export function bytes(value: Uint8Array): Buffer {
  return Buffer.concat([int(value.length), value])
}

export function text(value: string): Buffer {
  return bytes(Buffer.from(value))
}

function map(entries: Readonly<Record<string, string>>): Buffer {
  const pairs = Object.entries(entries)
  return Buffer.concat([int(pairs.length), ...pairs.flatMap(([key, value]) => [text(key), text(value)])])
}

export interface StartFields {
  readonly command: Uint8Array
  readonly evalType?: number
  readonly partition?: number
  readonly attemptNumber?: number
  readonly taskAttemptId?: number
  readonly filesDir?: string
}

/** Everything up to the data. */
export function taskStart(wire: WireForm, fields: StartFields): Buffer {
  if (wire === '4.1') return start41(fields)
  const body = start42(fields)
  return wire === '4.2' ? body : Buffer.concat([int(-8), int(body.length), body])
}

function start42({
  command,
  evalType = 207,
  partition = 0,
  attemptNumber = 0,
  taskAttemptId = 7,
  filesDir = '/nowhere',
}: StartFields): Buffer {
  const context = {
    isBarrier: false,
    connInfo: null,
    secret: null,
    stageId: 3,
    partitionId: partition,
    attemptNumber,
    taskAttemptId,
    cpus: 1,
    cpuAmount: '1',
    resources: { gpu: { name: 'gpu', addresses: ['0', '1'] } },
    localProperties: { 'spark.job.description': 'née' },
  }
  return Buffer.concat([
    int(partition),
    text('js-1'),
    text(JSON.stringify(context)),
    text(filesDir),
    int(1),
    text('a.zip'),
    bool(false),
    int(2),
    long(5),
    text('/some/broadcast'),
    long(-3),
    int(evalType),
    map({ 'spark.sql.session.timeZone': 'UTC' }),
    map({}),
    int(1),
    int(2),
    int(0),
    bool(false),
    int(1),
    bool(true),
    text('named'),
    int(1),
    bytes(command),
    long(99),
  ])
}

function start41({
  command,
  evalType = 207,
  partition = 0,
  attemptNumber = 0,
  taskAttemptId = 7,
  filesDir = '/nowhere',
}: StartFields): Buffer {
  return Buffer.concat([
    int(partition),
    text('js-1'),
    bool(false),
    int(3),
    int(partition),
    int(attemptNumber),
    long(taskAttemptId),
    int(1),
    int(1),
    text('gpu'),
    text('gpu'),
    int(2),
    text('0'),
    text('1'),
    map({ 'spark.job.description': 'née' }),
    text(filesDir),
    int(1),
    text('a.zip'),
    bool(true),
    int(2),
    int(-1),
    text('/a/socket'),
    long(5),
    long(-3),
    int(evalType),
    map({ 'spark.sql.session.timeZone': 'UTC' }),
    bool(false),
    int(1),
    int(2),
    int(0),
    int(1),
    int(1),
    bytes(command),
  ])
}
