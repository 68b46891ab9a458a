import { ByteSink } from './byte-sink.ts'
import { ByteSource } from './byte-source.ts'
import type { ClassTable } from './class-table.ts'
import { ColumnReader } from './column-reader.ts'
import { ColumnWriter } from './column-writer.ts'
import { ClassNotReadyError, ClassNotRebuiltError, CorruptBlockError } from './errors.ts'
import { CHUNK_HEADER_BYTES, FORMAT_VERSION, MAX_CHUNK_RECORDS } from './format.ts'
import { onlyClasses, withPackageClasses } from './package-classes.ts'
import { explainFailure } from './unserializable.ts'

export interface DecodeOptions {
  /**
   * Gives long strings characters of their own. Without it a string of 13 characters or more keeps the text of its whole column
   * alive, which is right for records that are used up at once and wrong for records that are kept.
   */
  readonly detach?: boolean
}

const LINE_FEED = 10

/**
 * Turns records into compact, self-contained bytes and back.
 *
 * Kept exactly: primitives (-0, NaN, lone surrogates), arrays and their holes, own enumerable string-keyed fields in their order, Map,
 * Set, Date, RegExp, URL, boxed primitives, registered symbols, errors, views and buffers (with their own bytes only), cycles and
 * shared objects within one record, the class of instances that the class table knows. Not kept: the class of other instances,
 * property flags and accessors (a getter's value is kept), named properties of arrays other than RegExp matches. Refused by name: functions,
 * promises, sockets, local symbols, instances whose class has private members, objects with symbol keys (of many objects that are alike, where
 * one of the first or every 64th has one).
 */
export class RecordCodec {
  readonly #writer: ColumnWriter
  readonly #reader: ColumnReader
  readonly #sink = new ByteSink(4096)
  readonly #classes: ClassTable
  #isEncoding = false

  /** @param classes lets instances of user classes keep their class; without it they arrive as plain objects */
  constructor(classes?: ClassTable) {
    this.#classes = withPackageClasses(classes)
    this.#writer = new ColumnWriter(this.#classes)
    this.#reader = new ColumnReader(this.#classes)
  }

  /** A codec that gives back the class of instances of these classes only, by their ids; all others arrive as plain objects. */
  limitedTo(classIds: readonly string[]): RecordCodec {
    const classes = this.#classes
    const allowed = new Set(classIds)
    return new RecordCodec(onlyClasses(classes, allowed))
  }

  /**
   * Encodes records to bytes in an ArrayBuffer of exactly their size, fit to be transferred.
   * @throws {RecordNotSerializableError} with the path of the value that cannot be encoded
   */
  encode(records: readonly unknown[]): Uint8Array {
    const sink = this.#isEncoding ? new ByteSink() : this.#sink
    sink.reset()
    this.encodeInto(records, sink)
    return sink.take()
  }

  /**
   * Appends records to a sink as one chunk, or several when there are many. On an error the sink is as it was.
   * @throws {RecordNotSerializableError} with the path of the value that cannot be encoded
   */
  encodeInto(records: readonly unknown[], out: ByteSink): void {
    if (this.#isEncoding) {
      // A getter of a record being encoded encodes something itself.
      new RecordCodec(this.#classes).encodeInto(records, out)
      return
    }
    const start = out.length
    this.#isEncoding = true
    try {
      if (records.length <= MAX_CHUNK_RECORDS) {
        this.#encodeChunk(records, out)
        return
      }
      for (let from = 0; from < records.length; from += MAX_CHUNK_RECORDS) {
        this.#encodeChunk(records.slice(from, from + MAX_CHUNK_RECORDS), out)
      }
    } catch (error) {
      out.length = start
      throw error
    } finally {
      this.#isEncoding = false
    }
  }

  /**
   * Decodes all chunks that stand one after another.
   * @throws {CorruptBlockError} when the bytes are damaged, cut short or of another version
   */
  decode(bytes: Uint8Array, options?: DecodeOptions): unknown[] {
    let records: unknown[] | undefined
    for (const chunk of this.chunks(bytes, options)) {
      if (records === undefined) records = chunk
      else for (let i = 0; i < chunk.length; i++) records.push(chunk[i])
    }
    return records ?? []
  }

  /**
   * Decodes chunk by chunk, each when it is asked for. Line feeds between chunks are passed over: a text writer puts them there.
   * @throws {CorruptBlockError} when the bytes are damaged, cut short or of another version
   */
  *chunks(bytes: Uint8Array, options?: DecodeOptions): Iterable<unknown[]> {
    let from = 0
    while (from < bytes.length) {
      if (bytes[from] === LINE_FEED) {
        from++
        continue
      }
      const source = new ByteSource(bytes.subarray(from))
      const chunk = this.#decodeChunk(source, options?.detach === true)
      from += source.end
      yield chunk
    }
  }

  #encodeChunk(records: readonly unknown[], out: ByteSink): void {
    const start = out.length
    out.u8(FORMAT_VERSION)
    out.u32(0)
    out.varint(records.length)
    try {
      if (records.length > 0) this.#writer.write(records, out)
    } catch (error) {
      if (error instanceof ClassNotReadyError) throw error
      throw explainFailure(records, error)
    }
    out.setUint32(start + 1, out.length - start - CHUNK_HEADER_BYTES)
  }

  /** Whatever damaged bytes lead to, a wrong date or a stack overflow, they are damaged. */
  #readRecords(source: ByteSource, count: number, isDetached: boolean): unknown[] {
    try {
      return this.#reader.read(source, count, isDetached)
    } catch (cause) {
      if (cause instanceof CorruptBlockError || cause instanceof ClassNotRebuiltError) throw cause
      throw new CorruptBlockError(`${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    }
  }

  #decodeChunk(source: ByteSource, isDetached: boolean): unknown[] {
    const version = source.u8()
    if (version !== FORMAT_VERSION)
      throw new CorruptBlockError(`format version ${version} instead of ${FORMAT_VERSION}`)
    const length = source.u32()
    source.expect(length)
    source.end = source.position + length
    const count = source.varint()
    const records = count === 0 ? [] : this.#readRecords(source, count, isDetached)
    if (source.position !== source.end)
      throw new CorruptBlockError(`${source.remaining} bytes are left over after ${count} records`)
    return records
  }
}
