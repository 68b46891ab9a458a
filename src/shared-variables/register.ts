import { SHIP } from '../closure/wire/closure-error.ts'
import { IllegalStateException } from '../errors.ts'
import { Accumulator, type AccumulatorParam, NUMBER_PARAM } from './accumulator.ts'
import { accumulatorMetadata, registerAccumulator, type SentValue } from './accumulator-registry.ts'
import { AccumulatorV2 } from './accumulator-v2.ts'

/** Sends a value to the workers until it is removed. */
type SendToWorkers = (value: unknown) => SentValue

/** @throws IllegalStateException when it is registered already. */
export function registerV2(accumulator: AccumulatorV2<never, unknown>, name: string | null, send: SendToWorkers): void {
  if (accumulatorMetadata(accumulator) !== undefined) {
    throw new IllegalStateException('ACCUMULATOR_REGISTERED', 'Cannot register an Accumulator twice.')
  }
  if (accumulator.form !== 'state') {
    registerAccumulator(accumulator, name, accumulator.form)
    return
  }
  const form = hasPrivateFields(accumulator) ? 'added' : 'state'
  registerAccumulator(accumulator, name, form, send(zeroMaker(accumulator)))
}

/** A registered accumulator of PySpark's kind; numbers need no parameter object. */
export function registerParamAccumulator<T>(
  initial: T,
  param: AccumulatorParam<T> | undefined,
  send: SendToWorkers,
): Accumulator<T> {
  const accumulator = new Accumulator(initial, param ?? (NUMBER_PARAM as unknown as AccumulatorParam<T>))
  if (param === undefined) registerAccumulator(accumulator, null, 'sum')
  else registerAccumulator(accumulator, null, 'param', send({ initial, param }))
  return accumulator
}

/** A function that tasks call for a fresh instance of the user's class. */
function zeroMaker(accumulator: AccumulatorV2<never, unknown>): () => unknown {
  const zero = accumulator.copyAndReset()
  // This one travels as it is, with its class, and not as the registered accumulator does.
  Object.defineProperty(zero, SHIP, { value: undefined, configurable: true })
  return () => zero.copyAndReset()
}

/** Whether a class between the accumulator and AccumulatorV2 has `#private` names. */
function hasPrivateFields(accumulator: object): boolean {
  let prototype: object = Object.getPrototypeOf(accumulator)
  while (prototype !== AccumulatorV2.prototype) {
    if (/#[\p{ID_Start}$_]/u.test(Function.prototype.toString.call(prototype.constructor))) return true
    prototype = Object.getPrototypeOf(prototype)
  }
  return false
}
