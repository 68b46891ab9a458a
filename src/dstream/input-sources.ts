import type { RDD } from '../rdd/rdd.ts'
import type { StorageLevel } from '../task/storage-level.ts'
import type { DStream } from './dstream.ts'
import type { SocketConverter } from './input/converting-socket-receiver.ts'
import { FileInputDStream, type FileStreamOptions } from './input/file-input-dstream.ts'
import { PluggableInputDStream } from './input/pluggable-input-dstream.ts'
import { type BatchQueue, QueueInputDStream } from './input/queue-input-dstream.ts'
import { RawInputDStream, SocketInputDStream } from './input/socket-input-dstream.ts'
import type { Receiver } from './receiver/receiver.ts'
import type { StreamingContext } from './streaming-context.ts'

/** The input streams that every StreamingContext can make. */
export abstract class InputSources {
  /** The context that the streams belong to. @internal */
  protected abstract get self(): StreamingContext

  /**
   * Lines of UTF-8 text from a TCP server, without their ends (`\n`, `\r\n` or `\r`); an unended last line counts when the server closes.
   * Where nobody listens, or the connection ends, it is tried again every `spark.streaming.receiverRestartDelay`.
   * @param storageLevel how received lines are kept until their batch is done; in memory and on disk unless given.
   */
  socketTextStream(host: string, port: number, storageLevel?: StorageLevel): DStream<string> {
    return SocketInputDStream.text(this.self, host, port, storageLevel)
  }

  /**
   * What `converter` makes of the bytes of a TCP server.
   * @param converter gets the connection as a readable stream, and gives the records, for instance as an async generator.
   */
  socketStream<T>(host: string, port: number, converter: SocketConverter<T>, storageLevel?: StorageLevel): DStream<T> {
    return SocketInputDStream.converting(this.self, host, port, converter, storageLevel)
  }

  /** Blocks of records that are encoded already, each after its length as four bytes, high byte first, from a TCP server. */
  rawSocketStream<T>(host: string, port: number, storageLevel?: StorageLevel): DStream<T> {
    return new RawInputDStream<T>(this.self, host, port, storageLevel)
  }

  /** What a receiver of your own stores. */
  receiverStream<T>(receiver: Receiver<T>): DStream<T> {
    return new PluggableInputDStream<T>(this.self, receiver)
  }

  /**
   * The lines of the text files that newly appear in a directory. A file is read once; move it into place when it is complete.
   * @param directory a path or a pattern of directories.
   */
  textFileStream(directory: string): DStream<string> {
    return new FileInputDStream<string>(this.self, directory, {}, 'textFileStream')
  }

  /**
   * The records of the files that newly appear in a directory and hold nothing but records of one length.
   * @param recordLength bytes of each record.
   */
  binaryRecordsStream(directory: string, recordLength: number): DStream<Buffer> {
    const options: FileStreamOptions = { format: 'binaryRecords', recordLength }
    return new FileInputDStream<Buffer>(this.self, directory, options, 'binaryRecordsStream')
  }

  /** What is in the files that newly appear in a directory. @param options which files count, and what a record is: a line unless told otherwise. */
  fileStream(directory: string, options?: FileStreamOptions & { readonly format?: 'text' }): DStream<string>
  fileStream(
    directory: string,
    options: FileStreamOptions & { readonly format: 'wholeText' },
  ): DStream<[path: string, content: string]>
  fileStream(
    directory: string,
    options: FileStreamOptions & { readonly format: 'binary' },
  ): DStream<[path: string, content: Buffer]>
  fileStream(directory: string, options: FileStreamOptions & { readonly format: 'binaryRecords' }): DStream<Buffer>
  fileStream<T>(directory: string, options: FileStreamOptions & { readonly format: 'records' }): DStream<T>
  fileStream(directory: string, options: FileStreamOptions = {}): DStream<never> {
    return new FileInputDStream<never>(this.self, directory, options)
  }

  /**
   * Batches from a queue, for tests and for trying things out. The program may go on adding to the queue while the stream runs.
   * @param queue RDDs, or arrays of records; taken from the front, and removed.
   * @param oneAtATime one element per batch, or else all that are there.
   * @param defaultRDD the batch when the queue is empty: an RDD of one empty partition unless given, one without partitions if null.
   */
  queueStream<K, V>(
    queue: BatchQueue<[K, V]>,
    oneAtATime?: boolean,
    defaultRDD?: RDD<[K, V]> | readonly [K, V][] | null,
  ): DStream<[K, V]>
  queueStream<T>(queue: BatchQueue<T>, oneAtATime?: boolean, defaultRDD?: RDD<T> | readonly T[] | null): DStream<T>
  queueStream<T>(
    queue: BatchQueue<T>,
    oneAtATime = true,
    defaultRDD: RDD<T> | readonly T[] | null = this.self.sparkContext.parallelize<T>([], 1),
  ): DStream<T> {
    return new QueueInputDStream<T>(this.self, queue, oneAtATime, defaultRDD)
  }
}
