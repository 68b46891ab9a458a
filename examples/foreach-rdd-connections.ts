/**
 * Sends every record of a stream to a TCP server: the wrong way, and the right one.
 *
 * Wrong is a connection that is made on the driver and used in `rdd.foreach`: it would have to travel to the workers, which a connection cannot.
 * Right is a pool that each worker makes for itself when it first needs one, and keeps from batch to batch.
 *
 *   npx millstream run examples/foreach-rdd-connections.ts
 */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { type RDD, SparkContext, StreamingContext } from 'millstream'
import { startCountingServer } from './counting-server.ts'

/** One connection per worker: each has its own copy of this class for as long as it lives, static fields included. */
// biome-ignore lint/complexity/noStaticOnlyClass: Spark's guide has it so; a module-level `let` does as well.
class ConnectionPool {
  static #connection: Promise<Socket> | undefined

  static get(port: number): Promise<Socket> {
    ConnectionPool.#connection ??= ConnectionPool.#open(port)
    return ConnectionPool.#connection
  }

  static async #open(port: number): Promise<Socket> {
    const connection = connect(port, '127.0.0.1')
    await once(connection, 'connect')
    return connection
  }
}

await using server = await startCountingServer()
const { port } = server

async function sendTheWrongWay(rdd: RDD<string>): Promise<void> {
  const connection = connect(port, '127.0.0.1')
  try {
    await rdd.foreach((word) => connection.write(`${word}\n`))
  } finally {
    connection.destroy()
  }
}

async function sendTheRightWay(rdd: RDD<string>): Promise<void> {
  await rdd.foreachPartition(async (words) => {
    const connection = await ConnectionPool.get(port)
    const lines = [...words].map((word) => `${word}\n`)
    await new Promise((resolve) => connection.write(lines.join(''), resolve))
  })
}

const sc = new SparkContext('local[2]', 'ForeachRDDConnections')
const ssc = new StreamingContext(sc, 0.2)
const batches = ['to be', 'or not', 'to be', 'that is', 'the question'].map((line) => line.split(' '))
const numBatches = batches.length

let isFirst = true
ssc.queueStream(batches).foreachRDD(async (rdd) => {
  // An empty batch: the queue has run dry.
  if (await rdd.isEmpty()) return void ssc.stop()
  if (isFirst) await sendTheWrongWay(rdd).catch((error) => console.log(`The wrong way: ${error.message}\n`))
  isFirst = false
  await sendTheRightWay(rdd)
})

await ssc.start()
await ssc.awaitTermination()
console.log(`The right way: ${server.lines} words in ${numBatches} batches over ${server.connections} connections.`)
