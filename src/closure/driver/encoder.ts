import type { Encoded, Table } from '../wire/format.ts'
import { FunctionEncoder } from './function-encoder.ts'
import type { FunctionOracle } from './function-oracle.ts'
import { ObjectEncoder } from './object-encoder.ts'
import { PropertyEncoder } from './property-encoder.ts'
import { TableBuilder, type ValueEncoder } from './table-builder.ts'
import type { Trail } from './trail.ts'

/** Writes one value and all it reaches as a table. */
export class Encoder {
  readonly #oracle: FunctionOracle
  readonly #table = new TableBuilder()
  readonly #objects: ObjectEncoder
  readonly #functions: FunctionEncoder

  constructor(oracle: FunctionOracle) {
    this.#oracle = oracle
    const values: ValueEncoder = {
      encode: (value, trail) => this.#encode(value, trail),
      attempt: (work) => this.#attempt(work),
    }
    const properties = new PropertyEncoder(this.#table, values)
    this.#objects = new ObjectEncoder(this.#table, values, properties, oracle)
    this.#functions = new FunctionEncoder(this.#table, values, properties, oracle)
  }

  encode(root: unknown, trail?: Trail): Table {
    let encoded: Encoded
    this.#attempt(() => {
      encoded = this.#encode(root, trail)
    })
    this.#drain()
    while (this.#objects.fillWeak()) this.#drain()
    return this.#table.table(encoded)
  }

  #drain(): void {
    const { objects, functions } = this.#table
    while (objects.length > 0 || functions.length > 0) {
      for (let next = objects.pop(); next !== undefined; next = objects.pop()) {
        const pending = next
        this.#attempt(() => this.#objects.fill(pending))
      }
      this.#attempt(() => this.#functions.fill(functions.splice(0)))
    }
  }

  #attempt(work: () => void): void {
    try {
      work()
    } catch (error) {
      if (!this.#oracle.mayPass(error)) throw error
    }
  }

  #encode(value: unknown, trail: Trail | undefined): Encoded {
    switch (typeof value) {
      case 'object':
        return value === null ? null : (this.#table.places.get(value) ?? this.#objects.encode(value, trail))
      case 'function':
        return this.#table.places.get(value) ?? this.#functions.encode(value, trail)
      case 'symbol':
        return this.#table.places.get(value) ?? this.#symbol(value)
      default:
        return value as Encoded
    }
  }

  #symbol(symbol: symbol): Encoded {
    const registered = Symbol.keyFor(symbol)
    if (registered !== undefined)
      return this.#table.place(symbol, { kind: 'symbol', from: 'registry', key: registered })
    for (const name of Object.getOwnPropertyNames(Symbol)) {
      if ((Symbol as unknown as Record<string, unknown>)[name] === symbol) {
        return this.#table.place(symbol, { kind: 'symbol', from: 'well-known', key: name })
      }
    }
    const key = this.#oracle.symbolId(symbol)
    const { description } = symbol
    return this.#table.place(symbol, {
      kind: 'symbol',
      from: 'local',
      key,
      ...(description === undefined ? {} : { description }),
    })
  }
}
