import { deserialize, serialize } from 'node:v8'
import type { ClassName, ClosurePayload } from '../../closure/wire/index.ts'
import type { TaskInput } from '../../task/input.ts'

/**
 * The seam between the driver's side of the Spark engine and the worker process on the executors: what stands in `PythonUDF.command` of a
 * MapPartitions (eval type 207, mapInArrow), and which rows go in and come out.
 *
 * ## Rows
 * Input and output have the same five columns, none nullable, in this order: `target int, leaf int, source int, part int, block binary`
 * ({@link ROW_COLUMNS}).
 *
 * - `target`: which of our tasks the row is for. One Spark task may be given rows of several targets; rows of one target never go to two
 *   Spark tasks. The worker gathers all rows of its input first (to a file beyond `limits.inputMemoryBytes`), then runs the targets in
 *   ascending order, each as one task. A target is run when at least one row with `leaf >= 0` or `leaf = ANCHOR_LEAF` names it and
 *   {@link SparkCommand.tasks} has it; rows of targets that `tasks` lacks are dropped. Neither Spark's partition index nor the order of
 *   rows means anything.
 * - `leaf >= 0`: data of the leaf of that number in the target's input tree. A leaf's data are its rows in the order of `(source, part)`;
 *   `source` tells the senders apart (the map partition of a shuffle), `part` the pieces of what one sender sent. Pieces are cut anywhere, so
 *   the bytes of one source are its blocks put together without a gap. A leaf without any row is empty.
 * - `leaf = ANCHOR_LEAF`: no data; there is such a row for a target that may get no other.
 * - `leaf = ACCUMULATOR_LEAF`: what tasks of earlier stages gathered in accumulators. The worker does not read it: it passes each such row on
 *   as it is, but with `target = 0`, whatever the command's output is.
 *
 * ## Lines of files
 * Where {@link SparkCommand.pieces} is given, the input has the one column `block` instead, text: the lines of one piece of a file, each with a
 * line feed behind it, before them {@link pieceName} and a line feed. They are leaf 0 of the piece's targets. A Spark task without any row
 * runs the targets of the piece that stands at its place in the list, the order in which Spark makes tasks of pieces.
 *
 * ## Output
 * After each target, the rows that {@link StageOutput} says; then, when `takeAccumulatorUpdates()` is not empty, one row
 * `(0, ACCUMULATOR_LEAF, target, 0, codec.encode(updates))` (split into several parts, as any block, when it exceeds `limits.maxBlockBytes`).
 *
 * ## Failure
 * The exception text (`int -2, utf text`) is {@link file://./error-text.ts | formatErrorText}'s. `SparkCommandError` messages go the same way.
 */
export const COMMAND_VERSION = 2

/** The columns of every relation between stages, with their Arrow types: Int32, Int32, Int32, Int32, Binary; none nullable. */
export const ROW_COLUMNS = ['target', 'leaf', 'source', 'part', 'block'] as const

export const ANCHOR_LEAF = -1
export const ACCUMULATOR_LEAF = -2

/**
 * The bytes of a leaf, as the input tree names them: the worker puts the leaf's blocks in place of it. The blocks of one source put together
 * are what the format of the tree's node says, and so are all sources one after another.
 */
export interface LeafRef {
  readonly leaf: number
}

/**
 * A task's input tree (task/input.ts, `TaskInput`), with leaves in place of bytes. `data` takes all sources of its leaf as one block of
 * bytes; `segments` takes one segment per source that sent any byte, in ascending order of `source`; `files` are read with the executor's file
 * system, or, where Spark's own readers read them, source i of a leaf is the content of `splits[i]`. There is no `cached` and no `absent`: what
 * is persisted is a relation on the server, and its partitions are leaves.
 */
export type LeafInput = WithLeaves<Exclude<TaskInput, { readonly kind: 'cached' | 'absent' }>>

/** Each kind of input with what it reads replaced: bytes by a leaf, inputs by inputs of leaves. */
type WithLeaves<Input> = Input extends { readonly kind: 'data' }
  ? Omit<Input, 'bytes'> & { readonly bytes: LeafRef }
  : Input extends { readonly kind: 'segments' }
    ? Omit<Input, 'segments'> & { readonly leaf: LeafRef }
    : Input extends { readonly kind: 'choice' }
      ? Omit<Input, 'input'> & { readonly input: LeafInput }
      : Input extends { readonly kind: 'many' }
        ? Omit<Input, 'inputs'> & { readonly inputs: readonly LeafInput[] }
        : Input extends { readonly kind: 'files' }
          ? Input & { readonly leaf?: LeafRef }
          : Input

/** Where rows go: `[target, leaf, target, leaf, …]` of the next stage; empty when no task reads them. */
export type Route = readonly number[]

/** Where a task's output goes. */
export type StageOutput =
  /**
   * The sink gave a result (not `shuffleWrite`). Its bytes (`records` as they are, `value` as `codec.encode([value])`) go to rows
   * `(target, 0, 0, part, block)`; at least one row, with an empty block when there is no byte. With `routes`, to rows `(t, l, target, part, block)`
   * for each pair of `routes[target]` instead, and no row when there is no byte.
   */
  | { readonly kind: 'result'; readonly routes: ReadonlyMap<number, Route> | null; readonly anchors: number }
  /**
   * The sink is `shuffleWrite`. The segment of bucket b (frames; memory and file parts one after another) goes to rows
   * `(t, l, target, part, block)` for each pair of `routes[b]`; nothing is sent for an empty segment.
   */
  | { readonly kind: 'shuffle'; readonly routes: readonly Route[]; readonly anchors: number }
  /** The sink sends blocks (`task/block-output.ts`), which go to rows `(partition, 0, 0, part, block)` as they are; what it gives is dropped. */
  | { readonly kind: 'blocks'; readonly anchors: 0 }
// `anchors`: when above 0, the task whose target is the smallest of `tasks` also sends rows (t, ANCHOR_LEAF, 0, 0, empty) for t in [0, anchors).

/** A piece of a file by name: where it begins, a space, and the path, which its lines have percent-encoded. */
export function pieceName(path: string, start: number): string {
  return `${start} ${path}`
}

/** A piece of a text file that is one Spark task's input. */
export interface FilePiece {
  /** {@link pieceName} */
  readonly name: string
  /** The tasks that read the row; empty when no task asked for it. */
  readonly targets: readonly number[]
}

/** A captured value: in the command, or as a file of the session. */
export type Shipment =
  | { readonly kind: 'inline'; readonly payload: ClosurePayload }
  /** `v8.serialize(payload)` in `<Spark's files directory of the task>/<name>`; equal names have equal content. */
  | { readonly kind: 'file'; readonly name: string }

/** Classes of records. A worker that cannot make them fails the tasks that meet instances of them, and no others. */
export interface ShippedClasses {
  readonly names: readonly ClassName[]
  /** A list of the classes, in the order of their names. */
  readonly shipment: Shipment
}

/** Packages of the driver's machine on the executors. */
export interface PackagePlace {
  /** A folder of the driver's machine that holds a `node_modules`. */
  readonly folder: string
  /** The same in the session's working directory on an executor. */
  readonly at: string
}

/** Where modules that functions refer to are on the executors. */
export interface ModulePlaces {
  /** Millstream's own folder on the driver's machine; executors have theirs in the executor archive. Ends with a separator. */
  readonly own: string
  readonly packages: readonly PackagePlace[]
}

/** Numbers that bound what a task holds. */
export interface StageLimits {
  /** Bytes of input rows of one Spark task kept in memory; what is beyond goes to a file. */
  readonly inputMemoryBytes: number
  /** Bytes of shuffle output of one task kept in memory (`TaskLimits.shuffleMemoryBytes`). */
  readonly shuffleMemoryBytes: number
  /** Bytes of one output row's block. An Arrow batch is closed when its blocks together exceed this too. */
  readonly maxBlockBytes: number
  /** `MemoryGauge`'s settings. */
  readonly spillFraction: number
  readonly maxEntries: number
}

/** A stage for the executors: the same for all Spark tasks of one MapPartitions. */
export interface SparkCommand {
  /** The server's version as AnalyzePlan.spark_version returns it, for instance `4.3.0`. */
  readonly sparkVersion: string
  /** The captured `StageProgram`; a worker keeps the compiled stage under the payload's digest. */
  readonly program: Shipment
  /** For what the program, the classes and the broadcast values refer to. */
  readonly modules: ModulePlaces
  /** The input tree of each target that this stage runs. */
  readonly tasks: ReadonlyMap<number, LeafInput>
  readonly output: StageOutput
  /** For input that is lines of files; null for rows. */
  readonly pieces: readonly FilePiece[] | null
  /** Classes whose instances may come as records: rebuilt before any record is read. Classes of the program come with every stage. */
  readonly classes: readonly ShippedClasses[]
  /** Broadcast values that the program or an accumulator of it may read, by id; an id never gets another value. */
  readonly broadcasts: ReadonlyMap<number, Shipment>
  /** For `TaskContext.getLocalProperty`. */
  readonly localProperties: Readonly<Record<string, string>>
  /** For `TaskContext.stageId()`; partitionId is the `partition` of the target's input, the rest is what Spark's own task context says. */
  readonly stageId: number
  readonly limits: StageLimits
}

const MAGIC = 0x4d535452 // "MSTR"
const HEADER_BYTES = 6

/** The bytes of a command: magic and version (4 and 2 bytes, big endian), then `v8.serialize` of the command. */
export function encodeCommand(command: SparkCommand): Uint8Array {
  const body = serialize(command)
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + body.length)
  bytes.writeUInt32BE(MAGIC, 0)
  bytes.writeUInt16BE(COMMAND_VERSION, 4)
  body.copy(bytes, HEADER_BYTES)
  return bytes
}

/**
 * Reads a command on the worker.
 * @throws Error when the bytes are no command, or one of another version of Millstream.
 */
export function decodeCommand(bytes: Uint8Array): SparkCommand {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (buffer.length < HEADER_BYTES || buffer.readUInt32BE(0) !== MAGIC) {
    throw new Error(
      'this worker runs functions of Millstream only: the command is of another client, perhaps a Python UDF in a Millstream session',
    )
  }
  const version = buffer.readUInt16BE(4)
  if (version !== COMMAND_VERSION) {
    throw new Error(
      `the driver speaks version ${version} of Millstream's commands and this worker version ${COMMAND_VERSION}: the archive on the executors is of another release`,
    )
  }
  return deserialize(buffer.subarray(HEADER_BYTES)) as SparkCommand
}
