/** Below this size a copy per message is cheaper than a shared buffer. */
const SHARED_FROM_BYTES = 16 * 1024

/** @returns the same bytes, in shared memory when they are many, so that sending them to several threads copies nothing. */
export function sharedBytes(bytes: Uint8Array): Uint8Array {
  if (bytes.length < SHARED_FROM_BYTES || bytes.buffer instanceof SharedArrayBuffer) return bytes
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length))
  shared.set(bytes)
  return shared
}
