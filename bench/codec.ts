/**
 * Record codec against v8.serialize and JSON: records per second each way and bytes per record, warm, in one process.
 * `npx tsx bench/codec.ts [--smoke] [--json]`
 */
import { deserialize, serialize } from 'node:v8'
import { RecordCodec } from '../src/task/codec/index.ts'

interface Case {
  readonly name: string
  readonly records: readonly unknown[]
  /** JSON cannot carry these. */
  readonly isBeyondJson?: boolean
}

interface Rates {
  readonly encode: number
  readonly decode: number
  readonly bytesPerRecord: number
}

interface Format {
  readonly name: string
  encode(records: readonly unknown[]): Uint8Array
  decode(bytes: Uint8Array): unknown
}

const isSmoke = process.argv.includes('--smoke')
const codec = new RecordCodec()
const formats: readonly Format[] = [
  { name: 'codec', encode: (records) => codec.encode(records), decode: (bytes) => codec.decode(bytes) },
  {
    name: 'codec, detached',
    encode: (records) => codec.encode(records),
    decode: (bytes) => codec.decode(bytes, { detach: true }),
  },
  { name: 'v8', encode: (records) => serialize(records), decode: (bytes) => deserialize(bytes) },
  {
    name: 'json',
    encode: (records) => Buffer.from(JSON.stringify(records)),
    decode: (bytes) => JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString()),
  },
]

const CHUNK = 4096

function cases(): Case[] {
  const random = randomFrom(7)
  const word = (): string =>
    Array.from({ length: 3 + Math.floor(random() * 8) }, () =>
      String.fromCharCode(97 + Math.floor(random() * 26)),
    ).join('')
  const words = Array.from({ length: 500 }, word)
  const make = <T>(build: (i: number) => T, count = CHUNK): T[] => Array.from({ length: count }, (_, i) => build(i))
  return [
    { name: '[string, int] distinct keys', records: make((i) => [word() + i, Math.floor(random() * 1000)]) },
    { name: '[string, int] repeated keys', records: make(() => [words[Math.floor(random() * 500)], 1]) },
    { name: '[string, int] batch of 100', records: make((i) => [`key-${i}`, i], 100) },
    { name: '[string, int] one pair', records: make((i) => [`key-${i}`, i], 1) },
    { name: 'int32', records: make(() => Math.floor(random() * 1e6)) },
    { name: 'double', records: make(() => random()) },
    { name: 'words', records: make(() => word()) },
    { name: 'lines of 80', records: make(() => Array.from({ length: 11 }, word).join(' ').slice(0, 80)) },
    {
      name: 'cyrillic words',
      records: make(() => [...word()].map((c) => String.fromCharCode(c.charCodeAt(0) + 1000)).join('')),
    },
    { name: 'JSON event of 200 bytes', records: make((i) => event(i, random, words)) },
    { name: 'event with optional fields', records: make((i) => optionalEvent(i, random, words)) },
    { name: '[string, [double x 10]]', records: make(() => [word(), make(() => random(), 10)]) },
    {
      name: '[string, event[]] grouped',
      records: make((i) => [word(), make((j) => event(i + j, random, words), 4)], 1024),
    },
    {
      name: 'mixed: Map, Date, null',
      records: make((i) => (i % 3 === 0 ? new Map([[i, new Date(i)]]) : i % 3 === 1 ? null : { a: i })),
      isBeyondJson: true,
    },
  ]
}

function event(i: number, random: () => number, words: readonly string[]): object {
  return {
    id: i,
    user: `user-${Math.floor(random() * 10_000)}`,
    type: words[i % 5],
    time: 1_700_000_000_000 + i * 17,
    amount: random() * 100,
    country: words[i % 30],
    isNew: random() < 0.1,
    tags: [words[i % 100], words[i % 77]],
    page: { url: `/shop/${words[i % 300]}/${i}`, ms: Math.floor(random() * 900) },
  }
}

function optionalEvent(i: number, random: () => number, words: readonly string[]): object {
  return {
    ...event(i, random, words),
    ...(i % 3 === 0 ? { error: words[i % 7] } : {}),
    ...(i % 4 === 0 ? { retries: i % 5 } : {}),
  }
}

function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** Runs for a while to warm up, then takes the best of a few rounds. */
function rate(recordCount: number, run: () => unknown): number {
  const rounds = isSmoke ? 1 : 5
  const roundMs = isSmoke ? 10 : 60
  let best = 0
  for (let round = -2; round < rounds; round++) {
    const start = process.hrtime.bigint()
    let calls = 0
    let elapsedNs = 0
    do {
      for (let i = 0; i < 4; i++) run()
      calls += 4
      elapsedNs = Number(process.hrtime.bigint() - start)
    } while (elapsedNs < roundMs * 1e6)
    if (round >= 0) best = Math.max(best, (calls * recordCount) / (elapsedNs / 1e9))
  }
  return best
}

function measure(format: Format, test: Case): Rates {
  const bytes = format.encode(test.records)
  return {
    encode: rate(test.records.length, () => format.encode(test.records)),
    decode: rate(test.records.length, () => format.decode(bytes)),
    bytesPerRecord: bytes.length / test.records.length,
  }
}

const millions = (value: number): string => (value / 1e6).toFixed(2)
const only = process.argv.find((argument) => argument.startsWith('--only='))?.slice('--only='.length)
const rows: Record<string, Record<string, string>> = {}
const results: { name: string; format: string; rates: Rates }[] = []
for (const test of cases()) {
  if (only !== undefined && !test.name.includes(only)) continue
  const row: Record<string, string> = {}
  const perFormat = new Map<string, Rates>()
  for (const format of formats) {
    if (format.name === 'json' && test.isBeyondJson) continue
    const rates = measure(format, test)
    perFormat.set(format.name, rates)
    results.push({ name: test.name, format: format.name, rates })
    row[format.name] = `${millions(rates.encode)} / ${millions(rates.decode)} / ${rates.bytesPerRecord.toFixed(1)}`
  }
  const own = perFormat.get('codec')!
  for (const other of ['v8', 'json']) {
    const rates = perFormat.get(other)
    if (rates)
      row[`x ${other}`] = `${(own.encode / rates.encode).toFixed(1)} / ${(own.decode / rates.decode).toFixed(1)}`
  }
  rows[test.name] = row
}
if (process.argv.includes('--json')) console.log(JSON.stringify(results))
else {
  console.log('Million records per second encoded / decoded / bytes a record; ratios to the others, encode / decode.')
  console.table(rows)
}
