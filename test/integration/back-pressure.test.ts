import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { SparkContext } from '../../src/context/spark-context.ts'
import { SparkConf } from '../../src/settings/spark-conf.ts'
import type { LocalReceiverTracker } from '../../src/sources/receiver/local-receiver-tracker.ts'
import { StreamingContext } from '../../src/streaming/streaming-context.ts'

const LINE = 'the quick brown fox jumps over it lazy dog\n'
const LINES_PER_WRITE = 25_000
const OFFERED_BYTES = 2e9
const WRITES = Math.ceil(OFFERED_BYTES / (LINE.length * LINES_PER_WRITE))
const PENDING_BYTES = 64 * 1024 * 1024

/** Sends as fast as it is let, to its first client only. */
const SERVER = `
const net = require('node:net')
const block = Buffer.from(${JSON.stringify(LINE)}.repeat(${LINES_PER_WRITE}))
const server = net.createServer((socket) => {
  server.close()
  socket.on('error', () => {})
  let left = ${WRITES}
  const go = () => {
    while (left-- > 0) if (!socket.write(block)) return socket.once('drain', go)
    socket.end()
  }
  go()
}).listen(0, '127.0.0.1', () => console.log(server.address().port))`

test('two gigabytes, sent faster than the job counts words, pass through bounded memory and none is lost', async () => {
  const server = spawn(process.execPath, ['-e', SERVER], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const [port] = await once(server.stdout, 'data')
    const conf = new SparkConf(false).setMaster('local[2]').setAppName('back-pressure')
    conf.set('millstream.streaming.receiver.maxPendingSize', PENDING_BYTES)
    await using sc = new SparkContext(conf)
    await using ssc = new StreamingContext(sc, 1)
    let words = 0
    let peakBlockBytes = 0
    let peakRss = 0
    const counts = ssc
      .socketTextStream('127.0.0.1', Number(port))
      .flatMap((line) => line.split(' '))
      .map((word) => [word, 1])
      .reduceByKey((a, b) => a + b)
    const expected = WRITES * LINES_PER_WRITE * LINE.split(' ').length
    let finish = () => {}
    const isFinished = new Promise<void>((resolve) => {
      finish = resolve
    })
    counts.foreachRDD(async (rdd) => {
      for (const [, count] of await rdd.collect()) words += count
      const tracker = ssc.scheduler.receiverTracker as LocalReceiverTracker
      peakBlockBytes = Math.max(peakBlockBytes, tracker.bytesInMemory)
      peakRss = Math.max(peakRss, process.memoryUsage().rss)
      if (words >= expected) finish()
    })
    await ssc.start()
    await Promise.race([isFinished, ssc.awaitTermination()])
    assert.equal(words, expected)
    // As much again is remembered of the batch that was done last.
    assert.ok(peakBlockBytes < 2.5 * PENDING_BYTES, `${peakBlockBytes} bytes of blocks`)
    assert.ok(peakRss < OFFERED_BYTES / 2, `${peakRss} bytes of resident memory`)
    console.log(`blocks ${Math.round(peakBlockBytes / 1e6)} MB, resident ${Math.round(peakRss / 1e6)} MB at most`)
  } finally {
    server.kill()
  }
})
