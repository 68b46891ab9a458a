import inspector from 'node:inspector'
import { setImmediate } from 'node:timers'
import { VOID_ARGUMENTS } from '../wire/void-arguments.ts'

/** One scope around a function, innermost first: a snapshot of its variables, or the global object itself. */
export interface ScopeSnapshot {
  readonly description: string
  readonly object: Record<string, unknown>
}

/** Where V8 says a function starts, zero-based: its parameter list, not its first word. */
export interface RawLocation {
  readonly scriptId: string
  readonly lineNumber: number
  readonly columnNumber: number
}

export interface FunctionInternals {
  readonly location: RawLocation | undefined
  readonly scopes: readonly ScopeSnapshot[]
  readonly bound: { readonly target: unknown; readonly self: unknown; readonly args: readonly unknown[] } | undefined
  /** Static private members by name, `#` included. */
  readonly privates: readonly PrivateMember[]
}

export interface PrivateMember {
  readonly name: string
  readonly value: unknown
}

/** The part of a `Debugger.scriptParsed` event that is used here. */
export interface ScriptDescription {
  readonly scriptId: string
  readonly url: string
  readonly isModule: boolean
  readonly sourceMapURL: string
  readonly startLine: number
  readonly startColumn: number
}

interface RemoteObject {
  readonly objectId?: string
  readonly type: string
  readonly subtype?: string
  readonly value?: unknown
  readonly unserializableValue?: string
}

interface PropertyDescription {
  readonly name: string
  readonly value?: RemoteObject
  readonly get?: RemoteObject
  readonly set?: RemoteObject
}

interface CallFrame {
  readonly callFrameId: string
  readonly functionLocation?: RawLocation
}

interface Properties {
  readonly result: readonly PropertyDescription[]
  readonly internalProperties?: readonly PropertyDescription[]
  readonly privateProperties?: readonly PropertyDescription[]
}

const GROUP = 'millstream'
const MEETING = inspector.Session as unknown as Record<symbol, unknown>
const KEY = Symbol.for('millstream.inspected')

const HOLDER = `process.getBuiltinModule('node:inspector').Session[Symbol.for('millstream.inspected')]`

/** A function is entered in a few steps; more of them means that it is not entered at all. */
const MAX_STEPS = 500
const ENTER_TIMEOUT_MS = 10_000

/**
 * This process's own debugging interface, used to look into functions: no port is opened and the debugger proper is off except while
 * scripts are listed, so nothing runs slower for it.
 */
export class Inspector {
  static #shared: Inspector | undefined

  readonly #session = new inspector.Session()
  readonly #holder: { list: unknown[]; out: unknown[] } = { list: [], out: [] }
  readonly #holderId: string
  #isReleasing = false

  static get shared(): Inspector {
    Inspector.#shared ??= new Inspector()
    return Inspector.#shared
  }

  private constructor() {
    this.#session.connect()
    // The expression runs in the process's main context, which a test runner's context does not share its globals with; the module object
    // of a built-in is the same in both.
    MEETING[KEY] = this.#holder
    const { result } = this.#post<{ result: RemoteObject }>('Runtime.evaluate', { expression: HOLDER })
    delete MEETING[KEY]
    this.#holderId = result.objectId!
  }

  /** Looks into functions: where they stand, what is around them, what a bound one binds. */
  inspectFunctions(functions: readonly unknown[]): FunctionInternals[] {
    return this.#look(functions, (properties) => {
      const found: FunctionInternals[] = []
      const handles: RemoteObject[] = []
      const plans = properties.map((one) => this.#planFunction(one, handles))
      const values = this.#fetch(handles)
      for (const plan of plans) found.push(plan(values))
      return found
    })
  }

  /** The private members of objects, in the order in which they were put on. */
  privateMembers(objects: readonly object[]): PrivateMember[][] {
    return this.#look(objects, (properties) => {
      const handles: RemoteObject[] = []
      const plans = properties.map((one) => planPrivates(one.privateProperties, handles))
      const values = this.#fetch(handles)
      return plans.map((plan) => plan(values))
    })
  }

  /** Every script that V8 holds. Takes some milliseconds (the first time some tens). */
  scripts(): ScriptDescription[] {
    const found: ScriptDescription[] = []
    const listen = (message: { params: unknown }): void => {
      found.push(message.params as ScriptDescription)
    }
    this.#session.on('Debugger.scriptParsed', listen as () => void)
    this.#post('Debugger.enable')
    this.#post('Debugger.disable')
    this.#session.off('Debugger.scriptParsed', listen as () => void)
    return found
  }

  /** The texts of scripts. */
  sources(scriptIds: readonly string[]): string[] {
    this.#post('Debugger.enable')
    try {
      return scriptIds.map(
        (scriptId) => this.#post<{ scriptSource: string }>('Debugger.getScriptSource', { scriptId }).scriptSource,
      )
    } finally {
      this.#post('Debugger.disable')
    }
  }

  /**
   * The `this` that an arrow function sees, which V8 shows only from inside of the function. So the function is entered, looked at before its
   * first statement, and ended there: nothing of it runs. Not while a debugger is attached, which would stop there as well.
   */
  outerThis(fn: object, location: RawLocation): { readonly value: unknown } | undefined {
    if (inspector.url() !== undefined) return undefined
    let found: { readonly value: unknown } | undefined
    let steps = 0
    const onPaused = (message: { params: unknown }): void => {
      const frame = (message.params as { callFrames: readonly CallFrame[] }).callFrames[0]!
      const isInside = isSameLocation(frame.functionLocation, location)
      if (isInside) {
        const { callFrameId } = frame
        const { result } = this.#post<{ result: RemoteObject }>('Debugger.evaluateOnCallFrame', {
          callFrameId,
          expression: 'this',
          objectGroup: GROUP,
        })
        found = { value: this.#fetch([result])[0] }
      }
      if (isInside || steps++ > MAX_STEPS) this.#post('Debugger.resume', { terminateOnResume: true })
      else this.#post('Debugger.stepInto')
    }
    this.#session.on('Debugger.paused', onPaused as () => void)
    MEETING[KEY] = { fn, args: VOID_ARGUMENTS }
    this.#post('Debugger.enable')
    try {
      // The evaluation is what ends when the function is ended: a time limit makes it take its termination back.
      const expression = `(() => { const { fn, args } = ${HOLDER}; debugger; fn(...args) })()`
      this.#session.post('Runtime.evaluate', { expression, timeout: ENTER_TIMEOUT_MS, silent: true }, () => {})
    } finally {
      this.#post('Debugger.disable')
      this.#session.off('Debugger.paused', onPaused as () => void)
      delete MEETING[KEY]
      this.#post('Runtime.releaseObjectGroup', { objectGroup: GROUP })
    }
    return found
  }

  #post<T = unknown>(method: string, params?: object): T {
    let failure: Error | null = null
    let answer: unknown
    this.#session.post(method, params as Record<string, unknown>, (error, result) => {
      failure = error
      answer = result
    })
    if (failure !== null) throw new Error(`the inspector refused ${method}`, { cause: failure })
    return answer as T
  }

  #look<T>(objects: readonly unknown[], use: (properties: Properties[]) => T): T {
    this.#holder.list = objects as unknown[]
    try {
      return use(this.#handles(objects.length).map((objectId) => this.#properties(objectId)))
    } finally {
      this.#holder.list = []
      this.#holder.out = []
      this.#releaseSoon()
    }
  }

  /** Inspector handles keep objects alive. They are released after the current turn of the event loop, once for all captures in the turn. */
  #releaseSoon(): void {
    if (this.#isReleasing) return
    this.#isReleasing = true
    setImmediate(() => {
      this.#isReleasing = false
      this.#post('Runtime.releaseObjectGroup', { objectGroup: GROUP })
    }).unref()
  }

  /** Handles of the objects in the holder's list, in one message for one object and two for several. */
  #handles(count: number): string[] {
    const isOne = count === 1
    const { result } = this.#post<{ result: RemoteObject }>('Runtime.callFunctionOn', {
      objectId: this.#holderId,
      functionDeclaration: isOne ? 'function () { return this.list[0] }' : 'function () { return this.list }',
      objectGroup: GROUP,
    })
    if (isOne) return [result.objectId!]
    const elements = this.#properties(result.objectId!).result
    return Array.from({ length: count }, (_, index) => elements[index]!.value!.objectId!)
  }

  #properties(objectId: string): Properties {
    return this.#post<Properties>('Runtime.getProperties', { objectId, ownProperties: true })
  }

  /** Hands remote objects back to JavaScript, all in one message. */
  #fetch(handles: readonly RemoteObject[]): readonly unknown[] {
    if (handles.length === 0) return []
    this.#post('Runtime.callFunctionOn', {
      objectId: this.#holderId,
      functionDeclaration: 'function () { this.out = Array.from(arguments) }',
      arguments: handles.map(toArgument),
    })
    const values = this.#holder.out
    this.#holder.out = []
    return values
  }

  #planFunction(properties: Properties, handles: RemoteObject[]): (values: readonly unknown[]) => FunctionInternals {
    const internals = new Map<string, RemoteObject>()
    for (const { name, value } of properties.internalProperties ?? []) if (value) internals.set(name, value)
    const location = internals.get('[[FunctionLocation]]')?.value as RawLocation | undefined
    const at = (name: string): number => {
      const value = internals.get(name)
      return value === undefined ? -1 : handles.push(value) - 1
    }
    const scopes = at('[[Scopes]]')
    const target = at('[[TargetFunction]]')
    const self = at('[[BoundThis]]')
    const args = at('[[BoundArgs]]')
    const privates = planPrivates(properties.privateProperties, handles)
    return (values) => ({
      location,
      scopes: scopes < 0 ? [] : (Array.from(values[scopes] as ArrayLike<ScopeSnapshot>) as ScopeSnapshot[]),
      bound:
        target < 0
          ? undefined
          : {
              target: values[target],
              self: self < 0 ? undefined : values[self],
              args: args < 0 ? [] : Array.from(values[args] as ArrayLike<unknown>),
            },
      privates: privates(values),
    })
  }
}

function planPrivates(
  members: readonly PropertyDescription[] | undefined,
  handles: RemoteObject[],
): (values: readonly unknown[]) => PrivateMember[] {
  if (members === undefined) return () => []
  const places = members.map(({ name, value }) => ({ name, at: value === undefined ? -1 : handles.push(value) - 1 }))
  return (values) => places.map(({ name, at }) => ({ name, value: at < 0 ? undefined : values[at] }))
}

function isSameLocation(a: RawLocation | undefined, b: RawLocation): boolean {
  return a?.scriptId === b.scriptId && a.lineNumber === b.lineNumber && a.columnNumber === b.columnNumber
}

function toArgument(object: RemoteObject): object {
  if (object.objectId !== undefined) return { objectId: object.objectId }
  if (object.unserializableValue !== undefined) return { unserializableValue: object.unserializableValue }
  return 'value' in object ? { value: object.value } : {}
}
