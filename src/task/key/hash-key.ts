import { KeyNotHashableError } from './errors.ts'
import {
  bytesOf,
  classNameOf,
  MAX_KEY_DEPTH,
  objectKindOf,
  registeredSymbolKey,
  TOO_DEEP,
  viewNameOf,
} from './key-kind.ts'

const NAN_HASH = 0x7ff80000
const TRUE_HASH = 1231
const FALSE_HASH = 1237
const PRODUCT_SEED = 0xcafebabe | 0
const LARGEST_TUPLE = 22
const MAX_LONG = 2n ** 63n - 1n

const float64 = new Float64Array(1)
const float64Bits = new Int32Array(float64.buffer)
const lowWord = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 0 : 1
const float32 = new Float32Array(1)
const float32Bits = new Int32Array(float32.buffer)

/**
 * Hash of a key: a 32-bit integer, the same in every process and on both engines, and what the JVM's `hashCode` gives where the JVM has
 * such a value, so that a `HashPartitioner` puts a key where Spark puts it.
 *
 * null and undefined 0; string as `String`; an integer in 32 bits as `Integer`, up to 2^53 as `Long`; other numbers as `Double`, -0 as
 * 0; boolean as `Boolean`; bigint as `Long`, beyond 64 bits as `BigInteger` (5n and 5 are different keys with one hash); Date as
 * `java.util.Date`; an array of 1 to 22 elements as Scala's tuple of them. Everything else has a structural hash of our own, in which
 * the order of fields, Map entries and Set elements does not count.
 * @throws {KeyNotHashableError} for a function, a local symbol, a promise, a weak collection, a cycle
 */
export function hashKey(key: unknown): number {
  if (typeof key === 'string') return hashString(key)
  if (typeof key === 'number') return hashNumber(key)
  return hashOther(key, 0)
}

/** Java's `String.hashCode`. */
export function hashString(text: string): number {
  let hash = 0
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0
  return hash
}

function hashNumber(value: number): number {
  if ((value | 0) === value) return value | 0
  if (Number.isSafeInteger(value)) return hashLong(value)
  return hashDouble(value)
}

/** Java's `Long.hashCode` of a safe integer. */
function hashLong(value: number): number {
  const high = Math.floor(value / 0x100000000)
  return (high ^ (value - high * 0x100000000)) | 0
}

/** Java's `Double.hashCode`. */
function hashDouble(value: number): number {
  if (Number.isNaN(value)) return NAN_HASH
  float64[0] = value
  return float64Bits[lowWord]! ^ float64Bits[1 - lowWord]!
}

/** Java's `Date.hashCode`: that of the time as a long, even where the time fits an int. */
function hashDate(date: Date): number {
  const time = Date.prototype.getTime.call(date)
  return Number.isNaN(time) ? NAN_HASH : hashLong(time)
}

function hashBigInt(value: bigint): number {
  if (BigInt.asIntN(64, value) === value) return Number(BigInt.asIntN(32, value ^ (value >> 32n)))
  let magnitude = value < 0n ? -value : value
  const words: number[] = []
  for (; magnitude > 0n; magnitude >>= 32n) words.push(Number(BigInt.asIntN(32, magnitude)))
  let hash = 0
  for (let i = words.length - 1; i >= 0; i--) hash = (Math.imul(hash, 31) + words[i]!) | 0
  return value < 0n ? -hash | 0 : hash
}

function hashOther(key: unknown, depth: number): number {
  switch (typeof key) {
    case 'undefined':
      return 0
    case 'boolean':
      return key ? TRUE_HASH : FALSE_HASH
    case 'bigint':
      return hashBigInt(key)
    case 'symbol':
      return hashString(registeredSymbolKey(key))
    case 'object':
      return key === null ? 0 : hashObject(key, depth)
    case 'string':
      return hashString(key)
    case 'number':
      return hashNumber(key)
    default:
      throw new KeyNotHashableError('a function')
  }
}

function hashObject(key: object, depth: number): number {
  if (depth > MAX_KEY_DEPTH) throw new KeyNotHashableError(TOO_DEEP)
  const kind = objectKindOf(key)
  switch (kind) {
    case 'array':
      return hashArray(key as unknown[], depth)
    case 'object':
      return hashFields(key, hashString(''), depth)
    case 'instance':
      return hashFields(key, hashString(classNameOf(key)), depth)
    case 'date':
      return hashDate(key as Date)
    case 'bytes':
      return hashBytes(bytesOf(key as ArrayBufferView), hashString(viewNameOf(key as ArrayBufferView)))
    case 'buffer':
      return hashBytes(bytesOf(key as ArrayBuffer), hashString(kind))
    case 'map':
      return hashEntries(key as Map<unknown, unknown>, depth)
    case 'set':
      return hashElements(key as Set<unknown>, depth)
    case 'regexp':
      return hashString(String(key))
    case 'error':
      return hashFields(key, hashString(`${classNameOf(key)}: ${(key as Error).message}`), depth)
    case 'boxed':
      return finish(hashOther(key.valueOf(), depth), 1)
    case 'url':
      return hashString((key as URL).href)
  }
}

function hashArray(elements: readonly unknown[], depth: number): number {
  const length = elements.length
  let hash = mix(PRODUCT_SEED, tuplePrefixHash(length))
  for (let i = 0; i < length; i++) hash = mix(hash, hashElement(elements[i], depth + 1))
  return finish(hash, length)
}

const tuplePrefixHashes = Array.from({ length: LARGEST_TUPLE + 1 }, (_, length) => hashString(`Tuple${length}`))

function tuplePrefixHash(length: number): number {
  return tuplePrefixHashes[length] ?? tuplePrefixHashes[0]!
}

/** Scala's `##`, by which a tuple hashes its elements: a number that is a whole one hashes like it, whatever its type. */
function hashElement(element: unknown, depth: number): number {
  if (typeof element === 'string') return hashString(element)
  if (typeof element === 'number') {
    if ((element | 0) === element) return element | 0
    if (Number.isSafeInteger(element)) return hashLong(element)
    return hashFraction(element)
  }
  if (typeof element === 'bigint' && BigInt.asIntN(32, element) === element) return Number(element)
  return hashOther(element, depth)
}

function hashFraction(value: number): number {
  // The JVM's conversion to a long stops at the greatest long, which as a double equals 2^63.
  if (Math.abs(value) <= 2 ** 63 && Number.isInteger(value))
    return hashBigInt(value === 2 ** 63 ? MAX_LONG : BigInt(value))
  float32[0] = value
  if (float32[0] === value) return float32Bits[0]!
  return hashDouble(value)
}

function hashFields(object: object, seed: number, depth: number): number {
  const keys = Object.keys(object)
  let sum = 0
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!
    sum = (sum + hashPair(hashString(key), hashOther((object as Record<string, unknown>)[key], depth + 1))) | 0
  }
  return finish(mix(seed, sum), keys.length)
}

function hashEntries(map: Map<unknown, unknown>, depth: number): number {
  let sum = 0
  for (const [key, value] of map) sum = (sum + hashPair(hashOther(key, depth + 1), hashOther(value, depth + 1))) | 0
  return finish(mix(hashString('Map'), sum), map.size)
}

function hashElements(set: Set<unknown>, depth: number): number {
  let sum = 0
  for (const element of set) sum = (sum + finish(hashOther(element, depth + 1), 1)) | 0
  return finish(mix(hashString('Set'), sum), set.size)
}

function hashBytes(bytes: Uint8Array, seed: number): number {
  let hash = seed
  for (let i = 0; i < bytes.length; i++) hash = (Math.imul(hash, 31) + bytes[i]!) | 0
  return finish(hash, bytes.length)
}

function hashPair(key: number, value: number): number {
  return finish(mix(mix(PRODUCT_SEED, key), value), 2)
}

/** Mixes one word into the hash, as MurmurHash3 does. */
function mix(hash: number, data: number): number {
  let k = Math.imul(data, 0xcc9e2d51)
  k = (k << 15) | (k >>> 17)
  k = Math.imul(k, 0x1b873593)
  const h = hash ^ k
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0
}

/** The end of MurmurHash3. */
function finish(hash: number, length: number): number {
  let h = hash ^ length
  h ^= h >>> 16
  h = Math.imul(h, 0x85ebca6b)
  h ^= h >>> 13
  h = Math.imul(h, 0xc2b2ae35)
  return h ^ (h >>> 16)
}

/** `x` modulo `n`, never negative: Spark's `Utils.nonNegativeMod`; 0 when `n` is 0. */
export function nonNegativeMod(x: number, n: number): number {
  if (n === 0) return 0
  const rest = x % n
  return rest < 0 ? rest + n : rest + 0
}
