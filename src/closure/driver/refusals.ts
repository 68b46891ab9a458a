import { types } from 'node:util'
import type { Refusal } from './trail.ts'

const CONNECTION_HINT =
  'make it on the worker: inside foreachPartition, or on first use in a module-level `let` (`connection ??= connect()`)'

/** Built-in classes whose instances live in this process only. */
const CLASSES: readonly (readonly [names: readonly string[], refusal: Refusal])[] = [
  [
    ['Socket', 'TLSSocket', 'ClientHttp2Session', 'Http2Session', 'WebSocket', 'ClientRequest', 'IncomingMessage'],
    { what: 'is a connection of this process', hint: CONNECTION_HINT },
  ],
  [
    ['Server', 'Http2Server', 'Http2SecureServer'],
    { what: 'is a server of this process', hint: 'keep it on the driver and send only data to workers' },
  ],
  [
    ['Agent', 'Resolver', 'DatabaseSync', 'StatementSync'],
    { what: 'holds connections or handles of this process', hint: CONNECTION_HINT },
  ],
  [
    ['Worker', 'MessagePort', 'MessageChannel', 'BroadcastChannel', 'ChildProcess', 'Cluster'],
    { what: 'is a thread, process or port of this one', hint: 'keep it on the driver and send only data to workers' },
  ],
  [
    ['Timeout', 'Immediate', 'Interval'],
    { what: 'is a timer of this process', hint: 'start timers on the driver, or inside the function' },
  ],
  [
    ['FileHandle', 'FSWatcher', 'StatWatcher', 'Dir'],
    { what: 'is an open file or directory of this process', hint: 'send the path and open it inside the function' },
  ],
  [
    ['ReadStream', 'WriteStream', 'Readable', 'Writable', 'Duplex', 'Transform', 'PassThrough', 'Stream', 'Interface'],
    { what: 'is a stream of this process', hint: 'open it inside the function, or send the data it gives' },
  ],
  [
    [
      'ReadableStream',
      'WritableStream',
      'TransformStream',
      'Response',
      'Request',
      'Blob',
      'File',
      'AbortSignal',
      'AbortController',
    ],
    { what: 'is tied to this process', hint: 'make it inside the function, or send the data it holds' },
  ],
  [['FinalizationRegistry'], { what: 'watches objects of this process', hint: 'make it inside the function' }],
]

const BY_NAME = new Map<string, Refusal>(CLASSES.flatMap(([names, refusal]) => names.map((name) => [name, refusal])))

/** Whether an object is of a kind that never travels. Built-in classes only are judged by name: `isBuiltin` says which those are. */
export function refusalOf(value: object, isBuiltin: (owner: object) => boolean): Refusal | undefined {
  if (types.isProxy(value)) return PROXY
  if (types.isPromise(value)) {
    return { what: 'is a promise of this process', hint: 'await it first and use the result' }
  }
  if (types.isGeneratorObject(value)) {
    return { what: 'is a generator that has been started', hint: 'call the generator function inside the function' }
  }
  if (types.isExternal(value)) return { what: 'is a native handle of this process', hint: CONNECTION_HINT }
  for (
    let at: unknown = Object.getPrototypeOf(value);
    at !== null && at !== undefined;
    at = Object.getPrototypeOf(at)
  ) {
    const owner: unknown = Object.getOwnPropertyDescriptor(at, 'constructor')?.value
    if (typeof owner !== 'function') continue
    const refusal = BY_NAME.get(owner.name)
    if (refusal !== undefined && isBuiltin(owner)) return refusal
  }
  return undefined
}

/** An instance of a built-in class that has no by-value form here. */
export const OPAQUE: Refusal = {
  what: 'is an object of Node itself, whose insides cannot be copied',
  hint: CONNECTION_HINT,
}

export const NATIVE_FUNCTION: Refusal = {
  what: 'is code of Node itself that no built-in module exports',
  hint: 'call it on the driver, or reach it from its module inside the function',
}

export const PROXY: Refusal = {
  what: 'is a Proxy, whose handler cannot be read',
  hint: 'send the plain object behind it',
}

/** The refusal that an object states of itself, `which …; what to do instead`. */
export function statedRefusal(reason: string): Refusal {
  const [what, ...hint] = reason.split(/;\s*/)
  return {
    what: what!.replace(/^which /, ''),
    hint: hint.length > 0 ? hint.join('; ') : 'keep it on the driver and send only data to workers',
  }
}
