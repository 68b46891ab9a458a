import { deserialize, serialize } from 'node:v8'
import type { SerializedError } from '../../closure/wire/index.ts'

const BEGIN = '<<millstream:'
const END = '>>'
/** Longer errors leave their data out: the text goes through gRPC trailers, whose size Spark bounds. */
const MAX_DATA_CHARACTERS = 64 * 1024

/**
 * Writes an exception on a worker as text: the stack for people who read the executor's log, and then the error as data
 * (`<<millstream:` base64 of `v8.serialize(error)` `>>`), from which the driver rebuilds the error.
 */
export function formatErrorText(error: SerializedError): string {
  const readable = error.stack ?? `${error.name}: ${error.message}`
  const data = Buffer.from(serialize(error)).toString('base64')
  return data.length > MAX_DATA_CHARACTERS ? readable : `${readable}\n${BEGIN}${data}${END}`
}

/** The text as a person reads it, without the data. */
export function withoutErrorData(text: string): string {
  return text.replace(/\n?<<millstream:[A-Za-z0-9+/=]*>>/g, '')
}

/** The error in a message of Spark's, or null when there is none or it was cut off. */
export function parseErrorText(text: string): SerializedError | null {
  const begin = text.indexOf(BEGIN)
  const end = text.indexOf(END, begin)
  if (begin === -1 || end === -1) return null
  try {
    return deserialize(Buffer.from(text.slice(begin + BEGIN.length, end), 'base64')) as SerializedError
  } catch {
    return null
  }
}
