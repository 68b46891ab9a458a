import type { PlainData } from '../batches/checkpoint/plain-data.ts'
import type { DStream, DStreamContext } from '../dstream/dstream.ts'
import type { RDD } from '../rdd/rdd.ts'
import type { BatchSource } from '../sources/batch-source.ts'
import { DirectInputDStream } from '../sources/direct-input-dstream.ts'
import { FileInputDStream, type FileStreamOptions } from '../sources/files/file-input-dstream.ts'
import { type BatchQueue, QueueInputDStream } from '../sources/queue/queue-input-dstream.ts'
import { PluggableInputDStream } from '../sources/receiver/pluggable-input-dstream.ts'
import type { Receiver } from '../sources/receiver/receiver.ts'
import type { SocketConverter } from '../sources/socket/converting-socket-receiver.ts'
import { RawInputDStream, type RawSocketOptions, SocketInputDStream } from '../sources/socket/socket-input-dstream.ts'
import { TailInputDStream, type TailStreamOptions } from '../sources/tail/tail-input-dstream.ts'
import type { StorageLevel } from '../task/storage-level.ts'

/** The input streams that every StreamingContext can make. */
export abstract class InputSources {
  /** The context that the streams belong to. @internal */
  protected abstract get self(): DStreamContext

  /**
   * Receives lines of UTF-8 text from a TCP server; `\n`, `\r\n` and `\r` end a line, and so does the end of the data. A server that cannot be reached, or that ends
   * the connection, is tried again every `spark.streaming.receiverRestartDelay` (2 s).
   * @param host a name or an address.
   * @param port from 1 to 65535.
   * @param level how received blocks are kept: in memory, and in files where memory is short, unless given.
   */
  socketTextStream(host: string, port: number, level?: StorageLevel): DStream<string> {
    return SocketInputDStream.text(this.self, host, port, level)
  }

  /**
   * Records from a TCP server, as `converter` makes them of the bytes of each connection.
   * @param converter gets the connection as a Node stream; usually an async generator. It runs on the driver.
   */
  socketStream<K, V>(
    host: string,
    port: number,
    converter: SocketConverter<[K, V]>,
    level?: StorageLevel,
  ): DStream<[K, V]>
  socketStream<T>(host: string, port: number, converter: SocketConverter<T>, level?: StorageLevel): DStream<T>
  socketStream<T>(host: string, port: number, converter: SocketConverter<T>, level?: StorageLevel): DStream<T> {
    return SocketInputDStream.converting(this.self, host, port, converter, level)
  }

  /**
   * Blocks of encoded records from a TCP server: each a length of 4 bytes, big-endian, and so many bytes. Nothing is decoded on the driver.
   * Instances of the program's classes arrive as plain objects unless `options.classes` names their class.
   * @throws IllegalArgumentException for a port that cannot be, or classes that are none.
   */
  rawSocketStream<T>(host: string, port: number, level?: StorageLevel, options?: RawSocketOptions): DStream<T> {
    return new RawInputDStream<T>(this.self, host, port, level, options)
  }

  /**
   * The batches of a source that the driver reads by positions: of your own, or one of the connectors.
   * @param source says for each batch what the batch reads; see {@link BatchSource}.
   */
  directStream<K, V, P extends PlainData>(source: BatchSource<[K, V], P>): DStream<[K, V]>
  directStream<T, P extends PlainData>(source: BatchSource<T, P>): DirectInputDStream<T, P>
  directStream<T, P extends PlainData>(source: BatchSource<T, P>): DirectInputDStream<T, P> {
    return new DirectInputDStream<T, P>(this.self, source)
  }

  /** What a receiver of your own brings. */
  receiverStream<T>(receiver: Receiver<T>): DStream<T> {
    return new PluggableInputDStream<T>(this.self, receiver)
  }

  /**
   * The lines of the text files that newly appear in a directory. Files are read once, so move them into place when they are complete; names
   * that begin with a dot or an underscore, and sub-directories, are left alone.
   * @param directory a path, or a pattern that names directories.
   */
  textFileStream(directory: string): DStream<string> {
    return new FileInputDStream<string>(this.self, directory, {}, 'textFileStream')
  }

  /**
   * The lines that are appended to files, as `tail -F` prints them: a batch has the whole lines that came since the batch before. A last line that has not
   * ended waits for its end. A file that is renamed is read to its end, one that is truncated from its beginning, and a checkpoint keeps how far each was read.
   * Lines end with `\n` or `\r\n`. The files are the machine's; on a master `sc://` the executors must have them under the same path.
   * @param path a file, a directory or a pattern. Hidden and packed files in a directory are left out.
   */
  tailStream(path: string, options?: TailStreamOptions): DStream<string> {
    return new TailInputDStream(this.self, path, options)
  }

  /** The records of `recordLength` bytes each in the files that newly appear in a directory; see {@link textFileStream}. */
  binaryRecordsStream(directory: string, recordLength: number): DStream<Buffer> {
    const options = { format: 'binaryRecords', recordLength } as const
    return new FileInputDStream<Buffer>(this.self, directory, options, 'binaryRecordsStream')
  }

  /** What is in the files that newly appear in a directory, chosen and read as the options say; see {@link textFileStream}. */
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
  fileStream(directory: string, options?: FileStreamOptions): DStream<unknown> {
    return new FileInputDStream<unknown>(this.self, directory, options)
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
