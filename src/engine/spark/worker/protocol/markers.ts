/** The integers in the protocol of a Spark executor and its worker that are marks and not lengths. */
export const Marker = {
  END_OF_DATA_SECTION: -1,
  EXCEPTION: -2,
  TIMING: -3,
  END_OF_STREAM: -4,
  NULL: -5,
  START_ARROW_STREAM: -6,
  START_OF_INIT_MESSAGE: -8,
} as const

/** The one kind of function that Millstream's plans use: mapInArrow. */
export const MAP_IN_ARROW = 207

/** Thrown when Spark's protocol differs from the protocol that this worker knows. The message says what to do. */
export class WorkerProtocolError extends Error {
  override readonly name = 'WorkerProtocolError'
}
