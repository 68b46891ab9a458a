import type { Duration } from '../../batches/duration.ts'
import { IllegalArgumentException } from '../../errors.ts'
import type { DStreamNode } from '../dstream-node.ts'

/**
 * Checks a window's length and slide.
 * @param kind Spark's name of the windowed stream, for the message.
 * @throws IllegalArgumentException when one is not above zero, or is no multiple of the parent's slide.
 */
export function assertWindowDurations(
  parent: DStreamNode<unknown>,
  windowDuration: Duration,
  slideDuration: Duration,
  kind: 'windowed DStream' | 'ReducedWindowedDStream',
): void {
  assertWindowDuration(parent, 'window', windowDuration, kind)
  assertWindowDuration(parent, 'slide', slideDuration, kind)
}

function assertWindowDuration(
  parent: DStreamNode<unknown>,
  role: 'window' | 'slide',
  duration: Duration,
  kind: 'windowed DStream' | 'ReducedWindowedDStream',
): void {
  const isWindowed = kind === 'windowed DStream'
  const subject = `The ${role} duration of ${kind} (${duration}) must be`
  const { slideDuration } = parent
  if (duration.milliseconds <= 0) {
    throw new IllegalArgumentException('INVALID_WINDOW', `${subject} above zero`)
  }
  if (duration.isMultipleOf(slideDuration)) return
  throw new IllegalArgumentException(
    'INVALID_WINDOW',
    `${isWindowed ? '' : 'requirement failed: '}${subject} ${isWindowed ? 'a ' : ''}multiple of the slide duration of parent DStream (${slideDuration})`,
  )
}
