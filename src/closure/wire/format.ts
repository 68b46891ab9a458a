/**
 * The wire format of a captured value: a table of nodes, written with `v8.serialize`.
 *
 * A value is a primitive as it is, or `[n]`, the node at index n. A node says how its object is created and what is put in it afterwards,
 * so that cycles and shared identity survive. Functions carry finished source text: the worker needs no parser.
 */
export type Encoded = string | number | boolean | bigint | null | undefined | readonly [number]

/** Own properties beyond what the object is born with: key, attribute flags, value or (accessor) `[get, set]` in turn. */
export type EncodedProperties = (Encoded | readonly [Encoded, Encoded])[]

export const Flag = { WRITABLE: 1, ENUMERABLE: 2, CONFIGURABLE: 4, ACCESSOR: 8 } as const
export const PLAIN_PROPERTY: number = Flag.WRITABLE | Flag.ENUMERABLE | Flag.CONFIGURABLE

/** The name of a value that travels by reference. */
export type Reference =
  | { readonly from: 'global'; readonly path: readonly PathKey[] }
  | { readonly from: 'builtin'; readonly module: string; readonly path: readonly PathKey[] }
  | { readonly from: 'import'; readonly url: string; readonly path: readonly PathKey[] }
  | { readonly from: 'require'; readonly file: string; readonly path: readonly PathKey[] }

/** A property name, or `@iterator` as `{ symbol: 'iterator' }`, or the accessor function of a property. */
export type PathKey = string | { readonly symbol: string } | { readonly accessor: 'get' | 'set' }

/** The text of one function or class, ready to compile: an expression with its outer names as parameters. */
export interface Code {
  readonly expression: string
  /** Characters of `expression` before the user's own text. */
  readonly lead: number
  readonly isStrict: boolean
  readonly parameters: readonly string[]
  readonly filename: string
  /** Zero-based position in the user's script at which that text starts. */
  readonly line: number
  readonly column: number
}

/** The argument for one parameter of a `Code`: a value, or the identity of a cell that the worker keeps. */
export type Binding =
  | { readonly kind: 'value'; readonly value: Encoded }
  | { readonly kind: 'cell'; readonly cell: string }

export type Node =
  /** Plain data, which `v8.serialize` copies as it is. */
  | { readonly kind: 'data'; readonly value: unknown }
  | { readonly kind: 'object'; proto?: Encoded; readonly keys: string[]; readonly values: Encoded[] }
  | { readonly kind: 'array'; readonly values: Encoded[] }
  | { readonly kind: 'sparse'; readonly length: number }
  | { readonly kind: 'map'; readonly entries: Encoded[] }
  | { readonly kind: 'set'; readonly values: Encoded[] }
  | { readonly kind: 'weakmap'; readonly entries: Encoded[] }
  | { readonly kind: 'weakset'; readonly values: Encoded[] }
  | { readonly kind: 'weakref'; readonly target: Encoded }
  | { readonly kind: 'date'; readonly time: number }
  | { readonly kind: 'regexp'; readonly source: string; readonly flags: string; readonly lastIndex: number }
  | { readonly kind: 'buffer'; readonly bytes: Uint8Array }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array; readonly shared: boolean; readonly maxByteLength?: number }
  | {
      readonly kind: 'view'
      readonly type: string
      readonly buffer: Encoded
      readonly offset: number
      readonly length: number
    }
  | { readonly kind: 'boxed'; readonly value: Encoded }
  | { readonly kind: 'error'; readonly type: string }
  | { readonly kind: 'url'; readonly href: string }
  | { readonly kind: 'searchparams'; readonly text: string }
  | {
      readonly kind: 'symbol'
      readonly key: string
      readonly from: 'registry' | 'well-known' | 'local'
      readonly description?: string
    }
  | {
      readonly kind: 'function'
      readonly code: number
      readonly bindings: readonly Binding[]
      readonly within?: Encoded
    }
  | {
      readonly kind: 'class'
      readonly code: number
      readonly bindings: readonly Binding[]
      readonly id: string
      readonly statics: readonly Encoded[]
    }
  | { readonly kind: 'bound'; readonly target: Encoded; readonly self: Encoded; readonly args: Encoded[] }
  | { readonly kind: 'prototype'; readonly of: Encoded }
  | { readonly kind: 'namespace'; readonly module: string }
  | { readonly kind: 'reference'; readonly reference: Reference }
  | { readonly kind: 'shipped'; readonly type: string; readonly data: unknown }
  | { readonly kind: 'require' | 'meta' | 'import'; readonly url: string }

/** Private fields of one class of an instance's chain, root first. */
export interface Stamp {
  readonly of: Encoded
  readonly values: Encoded[]
}

/** Says that a worker keeps the object of a node: by `id`, as long as the content has that hash. */
export interface Anchor {
  readonly id: string
  readonly hash: string
  /** The nodes that the object reaches, itself first, in an order that equal contents have in common. */
  readonly order: readonly number[]
}

/** The optional parts of every node: a prototype that is not the usual one, extra properties, and the integrity level. */
export interface NodeExtras {
  proto?: Encoded
  properties?: EncodedProperties
  /** For a function or class: the members of its prototype that its text does not define. */
  prototypeProperties?: EncodedProperties
  /** For a constructor function: the prototype of its prototype, when that is not Object.prototype. */
  prototypeParent?: Encoded
  /** Private members of an instance. */
  stamps?: readonly Stamp[]
  anchor?: Anchor
  integrity?: 'frozen' | 'sealed' | 'closed'
}

export interface Table {
  readonly root: Encoded
  readonly nodes: readonly (Node & NodeExtras)[]
  readonly codes: readonly Code[]
}
