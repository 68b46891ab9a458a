/** Numbers from 0 to 1, the same ones for the same seed on every machine: a linear congruential generator of 32 bits. */
export function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}
