import { MillstreamError } from '../errors.ts'

/** Java's `NoSuchElementException`: what was looked up is not there. */
export class NoSuchElementException extends MillstreamError {}
