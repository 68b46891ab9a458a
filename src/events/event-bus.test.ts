import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { until } from '../../test/model/until.ts'
import { logLevel, setLogLevel } from '../log.ts'
import { EventBus } from './event-bus.ts'
import type { EventListener } from './event-listener.ts'
import type { EventKind, MillstreamEvent } from './millstream-event.ts'

const JOB_KINDS: ReadonlySet<EventKind> = new Set(['rddUnpersisted'])

function numbered(rddId: number): MillstreamEvent {
  return { kind: 'rddUnpersisted', time: 0, rddId }
}

function numberOf(event: MillstreamEvent): number {
  return event.kind === 'rddUnpersisted' ? event.rddId : -1
}

/** A listener that does `handle` with the number of each event. */
function listener(handle: (number: number) => unknown, onEventsDropped?: (count: number) => unknown): EventListener {
  const rest = onEventsDropped === undefined ? {} : { onEventsDropped }
  return { name: 'Test', kinds: JOB_KINDS, handle: (event) => handle(numberOf(event)), ...rest }
}

function post(bus: EventBus, from: number, to: number): void {
  for (let i = from; i <= to; i++) bus.post(numbered(i))
}

/** Gathers what is logged while `body` runs. */
async function logged(body: () => Promise<void>): Promise<string> {
  const { write } = process.stderr
  let text = ''
  process.stderr.write = ((chunk: string) => {
    text += chunk
    return true
  }) as typeof write
  try {
    await body()
  } finally {
    process.stderr.write = write
  }
  return text
}

describe('the event bus', () => {
  test('tells whether a kind of event is listened to', () => {
    const bus = new EventBus()
    assert.equal(bus.isListenedTo('rddUnpersisted'), false)
    const remove = bus.addListener(listener(() => {}))
    assert.equal(bus.isListenedTo('rddUnpersisted'), true)
    assert.equal(bus.isListenedTo('jobStarted'), false)
    remove()
    assert.equal(bus.isListenedTo('rddUnpersisted'), false)
  })

  test('delivers in order, each event to all listeners, and never within the code that posts', async () => {
    const bus = new EventBus()
    const heard: string[] = []
    for (const name of ['a', 'b']) bus.addListener(listener((number) => heard.push(`${name}${number}`)))
    post(bus, 1, 2)
    assert.deepEqual(heard, [])
    await setImmediate()
    assert.deepEqual(heard, ['a1', 'b1', 'a2', 'b2'])
  })

  test('lets the next event wait for the promise of the one before, of that listener alone', async () => {
    const bus = new EventBus()
    const heard: string[] = []
    const releases: (() => void)[] = []
    bus.addListener(
      listener((number) => {
        heard.push(`slow ${number}`)
        return new Promise<void>((resolve) => releases.push(resolve))
      }),
    )
    bus.addListener(listener((number) => heard.push(`quick ${number}`)))
    post(bus, 1, 2)
    await setImmediate()
    assert.deepEqual(heard, ['slow 1', 'quick 1', 'quick 2'])
    releases.shift()?.()
    await until(() => heard.includes('slow 2'))
  })

  test('tells a listener that falls behind what it missed, in the place where it missed it', async () => {
    const bus = new EventBus(3)
    const heard: string[] = []
    const releases: (() => void)[] = []
    const slow = listener(
      (number) => {
        heard.push(String(number))
        return number > 1 ? undefined : new Promise<void>((resolve) => releases.push(resolve))
      },
      (count) => heard.push(`missed ${count}`),
    )
    const text = await logged(async () => {
      bus.addListener(slow)
      post(bus, 1, 1)
      await setImmediate()
      // 2 to 4 wait, 5 and 6 find the queue full.
      post(bus, 2, 6)
      releases.shift()?.()
      await until(() => heard.includes('missed 2'))
      post(bus, 7, 12)
      await until(() => heard.includes('missed 3'))
    })
    assert.deepEqual(heard, ['1', '2', '3', '4', 'missed 2', '7', '8', '9', 'missed 3'])
    assert.equal(text.match(/Listener Test falls behind/g)?.length, 1, text)
  })

  test('marks what was missed before the event that came after it', async () => {
    const bus = new EventBus(1)
    const heard: string[] = []
    const releases: (() => void)[] = []
    setLogLevel('OFF')
    const slow = listener(
      (number) => {
        heard.push(String(number))
        return new Promise<void>((resolve) => releases.push(resolve))
      },
      (count) => heard.push(`missed ${count}`),
    )
    bus.addListener(slow)
    post(bus, 1, 1)
    await setImmediate()
    post(bus, 2, 3)
    releases.shift()?.()
    await until(() => heard.length === 2)
    post(bus, 4, 4)
    releases.shift()?.()
    await until(() => heard.length === 4)
    setLogLevel('WARN')
    assert.deepEqual(heard, ['1', '2', 'missed 1', '4'])
  })

  const failures: Readonly<Record<string, () => unknown>> = {
    'throws an error': () => {
      throw new Error('expected: thrown')
    },
    'throws what is no error': () => {
      throw 'expected: a text'
    },
    'throws what cannot be shown': () => {
      throw Object.create(null)
    },
    'throws an error whose stack cannot be read': () => {
      throw Object.defineProperty(new Error('expected'), 'stack', {
        get() {
          throw new Error('no stack')
        },
      })
    },
    rejects: async () => {
      throw new Error('expected: rejected')
    },
    'rejects with nothing': () => Promise.reject(),
    'returns an object whose then throws': () => ({
      // biome-ignore lint/suspicious/noThenProperty: what a user may return
      get then() {
        throw new Error('expected: no then')
      },
    }),
    'returns a thenable that throws': () => ({
      // biome-ignore lint/suspicious/noThenProperty: what a user may return
      then() {
        throw new Error('expected: thrown by then')
      },
    }),
  }
  for (const [name, fail] of Object.entries(failures)) {
    test(`logs a listener that ${name}, and goes on with it and the others`, async () => {
      const bus = new EventBus()
      const heard: string[] = []
      const text = await logged(async () => {
        bus.addListener(
          listener((number) => {
            heard.push(`failing ${number}`)
            return fail()
          }),
        )
        bus.addListener(listener((number) => heard.push(`other ${number}`)))
        post(bus, 1, 2)
        await until(() => heard.length === 4)
        await bus.close()
      })
      assert.deepEqual([...heard].sort(), ['failing 1', 'failing 2', 'other 1', 'other 2'])
      assert.equal(text.match(/ERROR EventBus: Listener Test threw an exception at rddUnpersisted/g)?.length, 2, text)
    })
  }

  test('a listener that never ends delays nobody else, and a stop only for a bounded time', async () => {
    const bus = new EventBus()
    const heard: number[] = []
    const text = await logged(async () => {
      bus.addListener(listener(() => new Promise(() => {})))
      bus.addListener(listener((number) => heard.push(number)))
      post(bus, 1, 3)
      await bus.close(20)
    })
    assert.deepEqual(heard, [1, 2, 3])
    assert.match(
      text,
      /WARN EventBus: Listener Test is not done 20 ms after the stop, 2 events that it has not heard are dropped/,
    )
  })

  test('a stop delivers what was posted before, and nothing after', async () => {
    const bus = new EventBus()
    const heard: number[] = []
    bus.addListener(
      listener(async (number) => {
        await setImmediate()
        heard.push(number)
      }),
    )
    post(bus, 1, 3)
    const closed = bus.close()
    post(bus, 4, 4)
    await closed
    assert.deepEqual(heard, [1, 2, 3])
    post(bus, 5, 5)
    await setImmediate()
    assert.deepEqual(heard, [1, 2, 3])
  })

  test('a stop does not wait for the listener that asks for it', async () => {
    const bus = new EventBus()
    const heard: string[] = []
    bus.addListener(
      listener(async (number) => {
        heard.push(`begin ${number}`)
        await bus.close(60_000)
        heard.push(`end ${number}`)
      }),
    )
    post(bus, 1, 1)
    await until(() => heard.length === 2)
    assert.deepEqual(heard, ['begin 1', 'end 1'])
  })

  test('listeners that are added or removed by a listener', async () => {
    const bus = new EventBus()
    const heard: string[] = []
    const late = listener((number) => heard.push(`late ${number}`))
    let removeVictim = () => {}
    bus.addListener(
      listener((number) => {
        heard.push(`first ${number}`)
        if (number !== 1) return
        removeVictim()
        bus.addListener(late)
      }),
    )
    removeVictim = bus.addListener(listener((number) => heard.push(`victim ${number}`)))
    post(bus, 1, 2)
    await setImmediate()
    // What was posted before a listener came is not for it; one that is removed hears nothing more, not even of the event that is being delivered.
    assert.deepEqual(heard, ['first 1', 'first 2'])
    post(bus, 3, 3)
    await setImmediate()
    assert.deepEqual(heard, ['first 1', 'first 2', 'first 3', 'late 3'])
  })

  test('a removed listener whose promise is pending hears nothing more', async () => {
    const bus = new EventBus()
    const heard: number[] = []
    let release = () => {}
    const remove = bus.addListener(
      listener((number) => {
        heard.push(number)
        return new Promise<void>((resolve) => {
          release = resolve
        })
      }),
    )
    post(bus, 1, 3)
    await setImmediate()
    remove()
    release()
    await setImmediate()
    await setImmediate()
    assert.deepEqual(heard, [1])
  })

  test('a flood is delivered over several turns, so that the program goes on', async () => {
    const bus = new EventBus()
    let count = 0
    bus.addListener(
      listener(() => {
        count++
        const end = performance.now() + 1
        while (performance.now() < end);
      }),
    )
    post(bus, 1, 200)
    await setImmediate()
    assert(count < 200, `all ${count} in one turn`)
    await until(() => count === 200)
  })

  test('a listener knows that it is one, also behind an await, and no longer when it is done', async () => {
    const bus = new EventBus()
    const within: boolean[] = []
    bus.addListener(
      listener(async () => {
        within.push(bus.isWithinListener)
        globalThis.setImmediate(() => globalThis.setImmediate(() => within.push(bus.isWithinListener)))
        await null
        within.push(bus.isWithinListener)
      }),
    )
    post(bus, 1, 1)
    assert.equal(bus.isWithinListener, false)
    await until(() => within.length === 3)
    assert.deepEqual(within, [true, true, false])
  })

  test('the log level stays as it was', () => assert.equal(logLevel(), 'WARN'))
})
