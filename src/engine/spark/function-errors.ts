import { reviveError } from '../../closure/driver/index.ts'
import type { FunctionErrors } from '../../connect/errors.ts'
import { parseErrorText, withoutErrorData } from './error-text.ts'

/** Errors of JavaScript functions: the class and the stack that they had on the worker, read from what the worker put into its text. */
export const javascriptErrors: FunctionErrors = {
  causeIn(texts) {
    const thrown = texts.map(parseErrorText).find((parsed) => parsed !== null)
    return thrown === undefined ? undefined : reviveError(thrown)
  },
  readable: withoutErrorData,
}
