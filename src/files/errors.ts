import { MillstreamError } from '../errors.ts'

/** Java's `IOException`: reading or writing a file failed, or a path does not fit the operation. */
export class IOException extends MillstreamError {}

/** The path names nothing. */
export class FileNotFoundException extends IOException {}

/** The path exists already and was to be new, for instance the output directory of `saveAsTextFile`. */
export class FileAlreadyExistsException extends IOException {}

/** Hadoop's `InvalidInputException`: one or more input paths or patterns name no file; the message has one line for each. */
export class InvalidInputException extends IOException {}

/** Hadoop's `UnsupportedFileSystemException`: no file system is registered for the path's scheme. */
export class UnsupportedFileSystemException extends IOException {}
