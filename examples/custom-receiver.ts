/**
 * A receiver of your own for a source that wants acknowledgements: it stores each delivery, waits until that is done, and only then tells the
 * source. What was stored but not acknowledged when the connection broke comes again: nothing is lost, and some messages arrive twice.
 *
 *   npx millstream run examples/custom-receiver.ts
 */
import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { Receiver, SparkContext, StreamingContext } from 'millstream'
import { type Message, startMessageBroker } from './message-broker.ts'

/** Messages that the broker sends before it wants an answer. */
const DELIVERY = 10

class BrokerReceiver extends Receiver<Message> {
  readonly #port: number
  #socket: Socket | undefined

  constructor(port: number) {
    super()
    this.#port = port
  }

  /** Returns at once: what comes over the connection is dealt with as it comes. */
  override onStart(): void {
    const socket = connect(this.#port, '127.0.0.1')
    this.#socket = socket
    socket.on('error', (error) => this.restart('the connection failed', error))
    this.#receive(socket).then(
      () => this.restart('the broker closed the connection', undefined, 100),
      (error) => this.restart('a delivery could not be stored', error),
    )
  }

  /** Called when the context stops, and before each restart. */
  override onStop(): void {
    this.#socket?.destroy()
  }

  async #receive(socket: Socket): Promise<void> {
    let delivery: Message[] = []
    for await (const line of createInterface(socket)) {
      delivery.push(JSON.parse(line))
      if (delivery.length < DELIVERY) continue
      // Resolves once the records are stored and there is room for more.
      await this.store(delivery)
      socket.write(`${delivery.at(-1)!.id}\n`)
      delivery = []
    }
  }
}

const texts = Array.from({ length: 100 }, (_, i) => `message ${i}`)
await using broker = await startMessageBroker(texts, 50)

const sc = new SparkContext('local[2]', 'CustomReceiver')
sc.setLogLevel('ERROR')
const ssc = new StreamingContext(sc, 0.25)
const seen = new Set<number>()
let numArrivals = 0

ssc.receiverStream(new BrokerReceiver(broker.port)).foreachRDD(async (rdd) => {
  const ids = await rdd.map((message) => message.id).collect()
  numArrivals += ids.length
  for (const id of ids) seen.add(id)
  if (seen.size === texts.length) void ssc.stop()
})

await ssc.start()
await ssc.awaitTermination()
console.log(`${seen.size} messages in ${numArrivals} arrivals over ${broker.connections} connections`)
