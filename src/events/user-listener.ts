import { log } from '../log.ts'
import { describeThrown } from './describe-thrown.ts'
import type { EventBus } from './event-bus.ts'
import type { EventListener } from './event-listener.ts'
import type { EventKind } from './millstream-event.ts'

/** How the log calls a listener: by its class. */
export function listenerName(listener: object): string {
  try {
    return String((listener as { constructor?: { name?: unknown } }).constructor?.name ?? 'of no class')
  } catch {
    return 'of an unknown class'
  }
}

/**
 * The events for which a listener has a method. A method that cannot be read, as its getter throws, counts as there: the failure is logged when it is
 * called.
 */
export function kindsOfMethods(
  listener: object,
  kindsOfMethods: Readonly<Record<string, readonly EventKind[]>>,
): ReadonlySet<EventKind> {
  const kinds = new Set<EventKind>()
  for (const [method, ofMethod] of Object.entries(kindsOfMethods)) {
    if (hasMethod(listener, method)) for (const kind of ofMethod) kinds.add(kind)
  }
  return kinds
}

function hasMethod(listener: object, method: string): boolean {
  try {
    const value = (listener as Readonly<Record<string, unknown>>)[method]
    return value !== undefined && value !== null
  } catch (error) {
    log('WARN', 'EventBus', `${method} of listener ${listenerName(listener)} cannot be read: ${describeThrown(error)}`)
    return true
  }
}

/** The listeners of the user's that are on a bus, each as often as it was added. */
export class UserListeners<Listener extends object> {
  readonly #added: { readonly listener: Listener; readonly adapter: EventListener; readonly remove: () => void }[] = []

  /** The adapters by which the bus knows the user's listeners. */
  get adapters(): ReadonlySet<EventListener> {
    return new Set(this.#added.map(({ adapter }) => adapter))
  }

  add(listener: Listener, adapter: EventListener, bus: EventBus): void {
    this.#added.push({ listener, adapter, remove: bus.addListener(adapter) })
  }

  /** Removes a listener once; nothing when it is not there. */
  remove(listener: Listener): void {
    const index = this.#added.findIndex((added) => added.listener === listener)
    if (index !== -1) this.#added.splice(index, 1)[0]?.remove()
  }

  removeAll(): void {
    for (const { remove } of this.#added.splice(0)) remove()
  }
}
