/** Maps the frames of a worker's stack back to the user's source. */
export function mapStack(stack: string): string {
  return stack
}

/** `app.ts:12:24` of the nearest frame of user code, for messages and for the names of operations. */
export function callSite(): string | undefined {
  return undefined
}
