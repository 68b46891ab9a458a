import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, test } from 'node:test'
import { RDD, SparkContext, StreamingContext } from '../../src/index.ts'
import { StreamingHarness } from '../../src/testing/index.ts'
import { useReferenceEngine } from '../model/use-reference-engine.ts'
import { SPARK_MEMBERS } from './spark-members.ts'

after(useReferenceEngine())
const harness = new StreamingHarness()
after(() => harness[Symbol.asyncDispose]())

/** Names that stand for something of the library's own, and are not Spark's members for users. */
const OF_OUR_OWN = new Set(['RDD.context', 'SparkContext.files'])

/** The methods that a listener of ours may have: they are optional, so that only the declaration tells. */
function declaredMethods(file: string): ReadonlySet<string> {
  const source = readFileSync(new URL(`../../src/${file}`, import.meta.url), 'utf8')
  return new Set([...source.matchAll(/^ {2}(on\w+)\??\(/gm)].map(([, name]) => name!))
}

const rdd = harness.sc.parallelize([1], 1)
const PRESENT: Readonly<Record<string, (member: string) => boolean>> = {
  RDD: (member) => member in rdd,
  PairRDDFunctions: (member) => member in rdd,
  OrderedRDDFunctions: (member) => member in rdd,
  DoubleRDDFunctions: (member) => member in rdd,
  SequenceFileRDDFunctions: (member) => member in rdd,
  AsyncRDDActions: (member) => member in rdd,
  SparkContext: (member) => member in harness.sc || member in SparkContext,
  DStream: (member) => member in harness.input([[1]]),
  PairDStreamFunctions: (member) => member in harness.input([[1]]),
  StreamingContext: (member) => member in harness.ssc || member in StreamingContext,
  SparkListener: (member) => declaredMethods('events/spark-listener.ts').has(member),
  StreamingListener: (member) => declaredMethods('batches/streaming-listener.ts').has(member),
}

const missing = Object.entries(SPARK_MEMBERS).flatMap(([className, members]) =>
  members
    .map((member) => `${className}.${member}`)
    .filter((name) => OF_OUR_OWN.has(name) || !PRESENT[className]!(name.slice(className.length + 1))),
)

/** The rows of the page's table of members: class, its members, the reason. */
function rowsOfPage(): [className: string, members: string[], reason: string][] {
  const page = readFileSync(new URL('../../docs/differences-from-spark.md', import.meta.url), 'utf8')
  const table = page.slice(page.indexOf('### Members'))
  return [...table.matchAll(/^\| `(\w+)` \| (.+?) \| (.+?) \|$/gm)].map(([, className, members, reason]) => [
    className!,
    [...members!.matchAll(/`(\w+)`/g)].map(([, member]) => member!),
    reason!,
  ])
}

test('each member of Spark’s classes is there, or on the page of differences with its reason', () => {
  assert(rdd instanceof RDD)
  const listed = rowsOfPage().flatMap(([className, members]) => members.map((member) => `${className}.${member}`))
  assert.deepEqual(listed.toSorted(), missing.toSorted())
  for (const [className, members, reason] of rowsOfPage()) {
    assert(reason.length > 20, `${className} ${members}: the reason is missing`)
  }
})
