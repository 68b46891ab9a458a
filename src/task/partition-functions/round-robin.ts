/**
 * Gives each record the partition that `repartition` deals it to: one after another, beginning behind a start that depends on the
 * partition's index alone, so that a partition computed again deals alike.
 */
export function* dealRoundRobin(
  records: Iterable<unknown>,
  partition: number,
  partitionCount: number,
): Generator<[number, unknown]> {
  let position = roundRobinStart(partition, partitionCount)
  for (const record of records) {
    position = (position + 1) % partitionCount
    yield [position, record]
  }
}

/** The seed of Scala's `MurmurHash3.bytesHash`. */
const ARRAY_SEED = 0x3c074a61
const MASK_64 = (1n << 64n) - 1n
const MASK_31 = (1n << 31n) - 1n

/** The first `nextInt(bound)` of Spark's generator (a 64-bit xorshift) seeded with the partition's index: records land where Spark puts them. */
export function roundRobinStart(partition: number, bound: number): number {
  const low = murmur3OfLong(partition, ARRAY_SEED)
  const high = murmur3OfLong(partition, low)
  let state = (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0)
  for (;;) {
    state ^= (state << 21n) & MASK_64
    state ^= state >> 35n
    state ^= (state << 4n) & MASK_64
    const bits = Number(state & MASK_31)
    if ((bound & -bound) === bound) return Math.floor((bits * bound) / 2 ** 31)
    // The last, incomplete run of values below 2^31 would favour small ones.
    if (bits - (bits % bound) + (bound - 1) < 2 ** 31) return bits % bound
  }
}

/** MurmurHash3 (32 bits) of the eight big-endian bytes of a whole number from 0 to 2^31 - 1. */
function murmur3OfLong(value: number, seed: number): number {
  const reversed = (value << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24)
  let hash = mixWord(mixWord(seed, 0), reversed) ^ 8
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}

function mixWord(hash: number, word: number): number {
  const mixed = hash ^ Math.imul(rotateLeft(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593)
  return (Math.imul(rotateLeft(mixed, 13), 5) + 0xe6546b64) | 0
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}
