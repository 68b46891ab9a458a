import { IllegalArgumentException } from '../../errors.ts'
import type { DStreamNode } from '../dstream-node.ts'

/**
 * Checks that streams can be read together, batch by batch.
 * @param purpose what is to be done with them, for the message: `union`, `transform`.
 * @throws IllegalArgumentException for an empty list, streams of different contexts, or of different slide durations.
 */
export function assertCommonSlide(streams: readonly DStreamNode<unknown>[], purpose: string): void {
  const [first, ...others] = streams
  if (first === undefined) throw invalid(`List of DStreams to ${purpose} is empty`)
  if (others.some((stream) => stream.context !== first.context)) {
    throw invalid('Some of the DStreams have different contexts')
  }
  const other = others.find((stream) => !stream.slideDuration.equals(first.slideDuration))
  if (other === undefined) return
  const slides = `${first} slides by ${first.slideDuration}, ${other} by ${other.slideDuration}`
  throw invalid(`Some of the DStreams have different slide durations: ${slides}`)
}

function invalid(message: string): IllegalArgumentException {
  return new IllegalArgumentException('ILLEGAL_ARGUMENT', message)
}
