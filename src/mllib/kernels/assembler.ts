/** Instructions as bytes; parts are joined in order. */
export type WasmCode = readonly (number | WasmCode)[]

/** Types of values in WebAssembly's binary format. */
export const ValueType = { I32: 0x7f, F64: 0x7c, V128: 0x7b } as const

/** A function to assemble. Parameters are `i32`; they and the locals are numbered in one row, parameters first. */
export interface AssembledFunction {
  readonly name: string
  readonly parameters: number
  readonly locals: readonly number[]
  readonly code: WasmCode
}

const SIMD = 0xfd
const VOID_BLOCK = 0x40

/**
 * The instructions that the kernels are made of, each a function to its bytes: what WebAssembly's text format calls `local.get 3` is
 * `wasm.get(3)`. Operands come before their operator, as on the stack.
 */
export const wasm = {
  get: (local: number): WasmCode => [0x20, unsigned(local)],
  set: (local: number): WasmCode => [0x21, unsigned(local)],
  i32: (value: number): WasmCode => [0x41, signed(value)],
  f64: (value: number): WasmCode => [0x44, ...new Uint8Array(new Float64Array([value]).buffer)],
  add: [0x6a] as WasmCode,
  subtract: [0x6b] as WasmCode,
  multiply: [0x6c] as WasmCode,
  shiftLeft: [0x74] as WasmCode,
  lessThan: [0x49] as WasmCode,
  loadI32: (offset = 0): WasmCode => [0x28, 2, unsigned(offset)],
  loadF64: (offset = 0): WasmCode => [0x2b, 3, unsigned(offset)],
  storeF64: (offset = 0): WasmCode => [0x39, 3, unsigned(offset)],
  truncateF64: [0xaa] as WasmCode,
  toF64: [0xb8] as WasmCode,
  f64LessThan: [0x63] as WasmCode,
  f64Add: [0xa0] as WasmCode,
  f64Subtract: [0xa1] as WasmCode,
  f64Multiply: [0xa2] as WasmCode,
  select: [0x1b] as WasmCode,
  loadV128: (offset = 0): WasmCode => [SIMD, 0, 4, unsigned(offset)],
  loadSplat: (offset = 0): WasmCode => [SIMD, 10, 3, unsigned(offset)],
  storeV128: (offset = 0): WasmCode => [SIMD, 11, 4, unsigned(offset)],
  zeroV128: [SIMD, 12, ...new Array<number>(16).fill(0)] as WasmCode,
  lane: (index: number): WasmCode => [SIMD, 33, index],
  v128Add: [SIMD, 0xf0, 1] as WasmCode,
  v128Multiply: [SIMD, 0xf2, 1] as WasmCode,
  /** Runs `body` while `condition`, which leaves an `i32`, is not 0. */
  whileLoop: (condition: WasmCode, body: WasmCode): WasmCode => [
    [0x02, VOID_BLOCK, 0x03, VOID_BLOCK],
    [condition, 0x45, 0x0d, 1],
    [body, 0x0c, 0, 0x0b, 0x0b],
  ],
} as const

/** A module of these functions, which work on a memory that is imported as `kernels.memory`. */
export function assemble(functions: readonly AssembledFunction[]): Uint8Array {
  const types = functions.map(({ parameters }) => [
    0x60,
    unsigned(parameters),
    new Array(parameters).fill(ValueType.I32),
    0,
  ])
  const indices = functions.map((_, index) => unsigned(index))
  const exported = functions.map(({ name }, index) => [text(name), 0, unsigned(index)])
  const bodies = functions.map(({ locals, code }) => {
    const body = flatten([unsigned(locals.length), locals.map((type) => [1, type]), code, 0x0b])
    return [unsigned(body.length), body]
  })
  return Uint8Array.from(
    flatten([
      [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      section(1, list(types)),
      section(2, list([[text('kernels'), text('memory'), 2, 0, 1]])),
      section(3, list(indices)),
      section(7, list(exported)),
      section(10, list(bodies)),
    ]),
  )
}

function section(id: number, content: WasmCode): WasmCode {
  const bytes = flatten(content)
  return [id, unsigned(bytes.length), bytes]
}

function list(items: readonly WasmCode[]): WasmCode {
  return [unsigned(items.length), items]
}

function text(value: string): WasmCode {
  return [unsigned(value.length), [...Buffer.from(value)]]
}

function flatten(code: WasmCode): number[] {
  return (code as unknown[]).flat(Number.POSITIVE_INFINITY) as number[]
}

/** LEB128. */
function unsigned(value: number): WasmCode {
  const bytes: number[] = []
  let rest = value
  do {
    const more = rest > 0x7f
    bytes.push((rest & 0x7f) | (more ? 0x80 : 0))
    rest >>>= 7
  } while (rest !== 0)
  return bytes
}

/** LEB128 of a number with a sign. */
function signed(value: number): WasmCode {
  const bytes: number[] = []
  let rest = value | 0
  for (;;) {
    const byte = rest & 0x7f
    rest >>= 7
    const isLast = (rest === 0 && (byte & 0x40) === 0) || (rest === -1 && (byte & 0x40) !== 0)
    bytes.push(isLast ? byte : byte | 0x80)
    if (isLast) return bytes
  }
}
