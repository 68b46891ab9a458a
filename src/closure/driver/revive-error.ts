import type { SerializedError, SerializedThrown } from '../wire/error-data.ts'
import { mapStack } from './stack.ts'

const STANDARD: Readonly<Record<string, ErrorConstructor>> = {
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
}

/** Makes an error of that data, on the driver: its stack shows the user's own files and lines. */
export function reviveError(error: SerializedError): Error {
  const cause = error.cause === undefined ? undefined : { cause: reviveThrown(error.cause[0]) }
  const revived =
    error.errors === undefined
      ? new (STANDARD[error.name] ?? Error)(error.message, cause)
      : new AggregateError(error.errors.map(reviveThrown), error.message, cause)
  Object.assign(revived, error.fields)
  if (revived.name !== error.name) hidden(revived, 'name', error.name)
  const stack = error.stack === undefined ? `${error.name}: ${error.message}` : mapStack(error.stack)
  hidden(revived, 'stack', withName(stack, error))
  if (error.thrown !== undefined) hidden(revived, 'thrown', error.thrown[0])
  return revived
}

/** V8 writes the name that the class had when the stack was made, which is `Error` for a class that sets none. */
function withName(stack: string, { name, message }: SerializedError): string {
  const plain = message === '' ? 'Error' : `Error: ${message}`
  if (name === 'Error' || !stack.startsWith(plain)) return stack
  return name + stack.slice('Error'.length)
}

function hidden(object: object, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, writable: true, enumerable: false, configurable: true })
}

function reviveThrown(thrown: SerializedThrown): unknown {
  return 'error' in thrown ? reviveError(thrown.error) : thrown.value
}
