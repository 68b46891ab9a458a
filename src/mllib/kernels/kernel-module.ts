import { type AssembledFunction, assemble, ValueType, type WasmCode, wasm } from './assembler.ts'

/** Doubles per step of the dense kernels: rows are padded with zeros to a multiple of this. */
export const ROW_STEP = 4
/** Rows are handed over in groups of this many, the last group filled up with zero rows. */
export const ROW_GROUP = 4
/** Centres are handed over in groups of this many. */
export const CENTER_GROUP = 4
/** Doubles that {@link Kernels.closest} gives per row: least and second least score, the centre's index, the row's square. */
export const CLOSEST_FIELDS = 4

const LANES = 16
const DOUBLE = 8

/** The functions of the module. Parameters are byte positions in the memory, counts, and `stride`, the bytes of a row. */
export interface Kernels {
  /** Writes the dot product of each row with `weights` to `out`. */
  dots(rows: number, count: number, stride: number, weights: number, out: number): void
  /** Adds each row times its factor to `sum`. */
  accumulate(rows: number, count: number, stride: number, factors: number, sum: number): void
  /** Writes {@link CLOSEST_FIELDS} for each row: the score of a centre is its square minus twice the dot product. */
  closest(
    rows: number,
    count: number,
    stride: number,
    centers: number,
    centerCount: number,
    squares: number,
    out: number,
  ): void
  /** Adds each row to the sum of its centre: `closest` is what {@link Kernels.closest} wrote. */
  addRows(rows: number, count: number, stride: number, closest: number, sums: number): void
  /** As `dots`, for rows that are indices and values from `starts[row]` to `starts[row + 1]`. */
  sparseDots(starts: number, count: number, indices: number, values: number, weights: number, out: number): void
  /** As `accumulate`, for such rows. */
  sparseAccumulate(starts: number, count: number, indices: number, values: number, factors: number, sum: number): void
}

const { get, set, i32, loadF64, loadI32, loadV128 } = wasm

/** Adds `step` to an `i32` local. */
function advance(local: number, step: number | WasmCode): WasmCode {
  return [get(local), typeof step === 'number' ? i32(step) : step, wasm.add, set(local)]
}

function copy(from: number, to: number): WasmCode {
  return [get(from), set(to)]
}

/** Counts `local` up by `step` until it reaches `end`. */
function countUp(local: number, end: WasmCode, step: number, body: WasmCode): WasmCode {
  return [i32(0), set(local), wasm.whileLoop([get(local), end, wasm.lessThan], [body, advance(local, step)])]
}

/** The sum of the two lanes. */
function lanes(local: number): WasmCode {
  return [get(local), wasm.lane(0), get(local), wasm.lane(1), wasm.f64Add]
}

/** accumulator += a · b */
function multiplyAdd(accumulator: number, a: WasmCode, b: WasmCode): WasmCode {
  return [get(accumulator), a, b, wasm.v128Multiply, wasm.v128Add, set(accumulator)]
}

function zero(locals: readonly number[]): WasmCode {
  return locals.map((local) => [wasm.zeroV128, set(local)])
}

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index)

/** Positions of `count` rows from `first` on, each a stride behind the one before. */
function rowPositions(first: number, stride: number, others: readonly number[]): WasmCode {
  return others.map((local, index) => [
    get(index === 0 ? first : others[index - 1]!),
    get(stride),
    wasm.add,
    set(local),
  ])
}

function dots(): AssembledFunction {
  const [rows, count, stride, weights, out, row, j, w0, w1] = range(9) as [number, ...number[]] as number[] as Named9
  const others = [9, 10, 11]
  const all = [rows, ...others]
  const sums = range(ROW_GROUP * 2).map((index) => 12 + index)
  const step: WasmCode = [
    [get(weights), get(j), wasm.add, loadV128(), set(w0)],
    [get(weights), get(j), wasm.add, loadV128(LANES), set(w1)],
    all.map((at, index) => [
      multiplyAdd(sums[index]!, [get(at), get(j), wasm.add, loadV128()], get(w0)),
      multiplyAdd(sums[index + ROW_GROUP]!, [get(at), get(j), wasm.add, loadV128(LANES)], get(w1)),
    ]),
  ]
  const group: WasmCode = [
    rowPositions(rows, stride, others),
    zero(sums),
    countUp(j, get(stride), 2 * LANES, step),
    all.map((_, index) => [
      [get(sums[index]!), get(sums[index + ROW_GROUP]!), wasm.v128Add, set(sums[index]!)],
      [get(out), lanes(sums[index]!), wasm.storeF64(index * DOUBLE)],
    ]),
    advance(out, ROW_GROUP * DOUBLE),
    [get(others.at(-1)!), get(stride), wasm.add, set(rows)],
  ]
  return {
    name: 'dots',
    parameters: 5,
    locals: [
      ...[ValueType.I32, ValueType.I32, ValueType.V128, ValueType.V128],
      ...[ValueType.I32, ValueType.I32, ValueType.I32],
      ...sums.map(() => ValueType.V128),
    ],
    code: countUp(row, get(count), ROW_GROUP, group),
  }
}

type Named9 = [number, number, number, number, number, number, number, number, number]

function accumulate(): AssembledFunction {
  const [rows, count, stride, factors, sum, row, j, g0, g1] = range(9) as Named9
  const others = [9, 10, 11]
  const all = [rows, ...others]
  const splats = [12, 13, 14, 15]
  const step: WasmCode = [
    [get(sum), get(j), wasm.add, loadV128(), set(g0)],
    [get(sum), get(j), wasm.add, loadV128(LANES), set(g1)],
    all.map((at, index) => [
      multiplyAdd(g0, [get(at), get(j), wasm.add, loadV128()], get(splats[index]!)),
      multiplyAdd(g1, [get(at), get(j), wasm.add, loadV128(LANES)], get(splats[index]!)),
    ]),
    [get(sum), get(j), wasm.add, get(g0), wasm.storeV128()],
    [get(sum), get(j), wasm.add, get(g1), wasm.storeV128(LANES)],
  ]
  const group: WasmCode = [
    rowPositions(rows, stride, others),
    splats.map((local, index) => [get(factors), wasm.loadSplat(index * DOUBLE), set(local)]),
    countUp(j, get(stride), 2 * LANES, step),
    advance(factors, ROW_GROUP * DOUBLE),
    [get(others.at(-1)!), get(stride), wasm.add, set(rows)],
  ]
  return {
    name: 'accumulate',
    parameters: 5,
    locals: [
      ...[ValueType.I32, ValueType.I32, ValueType.V128, ValueType.V128],
      ...[ValueType.I32, ValueType.I32, ValueType.I32],
      ...splats.map(() => ValueType.V128),
    ],
    code: countUp(row, get(count), ROW_GROUP, group),
  }
}

/** Two rows against four centres at a time: eight running sums, and six loads for eight multiplications. */
function closest(): AssembledFunction {
  const [rows, count, stride, centers, centerCount, squares, out] = range(7) as number[] as Named9
  const i32Locals = { row: 7, j: 8, second: 9, center: 10, c0: 11, c1: 12, c2: 13, c3: 14 }
  const { row, j, second, center, c0, c1, c2, c3 } = i32Locals
  const centerRows = [c0, c1, c2, c3]
  const x0 = 15
  const x1 = 16
  const c = 17
  const sums = range(2 * CENTER_GROUP).map((index) => 18 + index)
  const [best0, next0, at0, best1, next1, at1, score] = range(7).map((index) => 26 + index) as Named9
  const step: WasmCode = [
    [get(rows), get(j), wasm.add, loadV128(), set(x0)],
    [get(second), get(j), wasm.add, loadV128(), set(x1)],
    centerRows.map((at, index) => [
      [get(at), get(j), wasm.add, loadV128(), set(c)],
      multiplyAdd(sums[2 * index]!, get(c), get(x0)),
      multiplyAdd(sums[2 * index + 1]!, get(c), get(x1)),
    ]),
  ]
  const consider = (sum: number, index: number, best: number, next: number, at: number): WasmCode => [
    [get(squares), get(center), i32(3), wasm.shiftLeft, wasm.add, loadF64(index * DOUBLE)],
    [lanes(sum), wasm.f64(2), wasm.f64Multiply, wasm.f64Subtract, set(score)],
    // The second least is the old least if this one is less, else this one if it is less than the second least.
    [get(best), [get(score), get(next), get(score), get(next), wasm.f64LessThan, wasm.select]],
    [get(score), get(best), wasm.f64LessThan, wasm.select, set(next)],
    [get(center), i32(index), wasm.add, wasm.toF64, get(at)],
    [get(score), get(best), wasm.f64LessThan, wasm.select, set(at)],
    [get(score), get(best), get(score), get(best), wasm.f64LessThan, wasm.select, set(best)],
  ]
  const ofCenters: WasmCode = [
    rowPositions(c0, stride, centerRows.slice(1)),
    zero(sums),
    countUp(j, get(stride), LANES, step),
    centerRows.map((_, index) => [
      consider(sums[2 * index]!, index, best0, next0, at0),
      consider(sums[2 * index + 1]!, index, best1, next1, at1),
    ]),
    [get(c3), get(stride), wasm.add, set(c0)],
  ]
  const square = (at: number, sum: number): WasmCode => [
    [get(at), get(j), wasm.add, loadV128(), set(c)],
    multiplyAdd(sum, get(c), get(c)),
  ]
  const result = (index: number, fields: readonly WasmCode[]): WasmCode =>
    fields.map((field, place) => [get(out), field, wasm.storeF64((index * CLOSEST_FIELDS + place) * DOUBLE)])
  const pair: WasmCode = [
    [get(rows), get(stride), wasm.add, set(second)],
    zero([sums[0]!, sums[1]!]),
    countUp(j, get(stride), LANES, [square(rows, sums[0]!), square(second, sums[1]!)]),
    result(0, [wasm.f64(0), wasm.f64(0), wasm.f64(0), lanes(sums[0]!)]),
    result(1, [wasm.f64(0), wasm.f64(0), wasm.f64(0), lanes(sums[1]!)]),
    [best0, next0, best1, next1].map((local) => [wasm.f64(Number.POSITIVE_INFINITY), set(local)]),
    [at0, at1].map((local) => [wasm.f64(0), set(local)]),
    copy(centers, c0),
    countUp(center, get(centerCount), CENTER_GROUP, ofCenters),
    result(0, [get(best0), get(next0), get(at0)]),
    result(1, [get(best1), get(next1), get(at1)]),
    advance(out, 2 * CLOSEST_FIELDS * DOUBLE),
    [get(second), get(stride), wasm.add, set(rows)],
  ]
  return {
    name: 'closest',
    parameters: 7,
    locals: [
      ...range(8).map(() => ValueType.I32),
      ...range(11).map(() => ValueType.V128),
      ...range(7).map(() => ValueType.F64),
    ],
    code: countUp(row, get(count), 2, pair),
  }
}

function addRows(): AssembledFunction {
  const [rows, count, stride, table, sums, row, j, sum] = range(8) as number[] as Named9
  const step: WasmCode = [
    [get(sum), get(j), wasm.add],
    [get(sum), get(j), wasm.add, loadV128()],
    [get(rows), get(j), wasm.add, loadV128(), wasm.v128Add],
    wasm.storeV128(),
  ]
  const one: WasmCode = [
    [get(sums), get(table), loadF64(2 * DOUBLE), wasm.truncateF64, get(stride), wasm.multiply, wasm.add, set(sum)],
    countUp(j, get(stride), LANES, step),
    advance(table, CLOSEST_FIELDS * DOUBLE),
    advance(rows, get(stride)),
  ]
  return {
    name: 'addRows',
    parameters: 5,
    locals: [ValueType.I32, ValueType.I32, ValueType.I32],
    code: countUp(row, get(count), 1, one),
  }
}

const SPARSE = { starts: 0, count: 1, indices: 2, values: 3, dense: 4, out: 5, row: 6, at: 7, end: 8 } as const

/** The position of the double that the index at `at` + `offset` means. */
function gathered(array: number, at: number, offset: number): WasmCode {
  return [get(array), get(at), loadI32(offset * 4), i32(3), wasm.shiftLeft, wasm.add]
}

/** `at` runs through the indices of a row while `values` runs along, four at a time and then one by one. */
function sparseRow(body: (offset: number) => WasmCode, unrolled: number): WasmCode {
  const { starts, indices, values, at, end } = SPARSE
  const loop = (width: number): WasmCode =>
    wasm.whileLoop(
      [get(at), i32(4 * (width - 1)), wasm.add, get(end), wasm.lessThan],
      [range(width).map(body), advance(at, 4 * width), advance(values, DOUBLE * width)],
    )
  return [[get(indices), get(starts), loadI32(4), i32(2), wasm.shiftLeft, wasm.add, set(end)], loop(unrolled), loop(1)]
}

function sparseDots(): AssembledFunction {
  const { starts, count, indices, values, dense, out, row, at } = SPARSE
  const sums = [9, 10, 11, 12] as const
  const product = (offset: number): WasmCode => [
    get(sums[offset]!),
    [get(values), loadF64(offset * DOUBLE), gathered(dense, at, offset), loadF64(), wasm.f64Multiply],
    wasm.f64Add,
    set(sums[offset]!),
  ]
  return {
    name: 'sparseDots',
    parameters: 6,
    locals: [ValueType.I32, ValueType.I32, ValueType.I32, ...sums.map(() => ValueType.F64)],
    code: [
      copy(indices, at),
      countUp(row, get(count), 1, [
        sums.map((local) => [wasm.f64(0), set(local)]),
        sparseRow(product, sums.length),
        [get(out), get(sums[0]), get(sums[1]), wasm.f64Add, get(sums[2]), get(sums[3]), wasm.f64Add, wasm.f64Add],
        wasm.storeF64(),
        advance(out, DOUBLE),
        advance(starts, 4),
      ]),
    ],
  }
}

function sparseAccumulate(): AssembledFunction {
  const { starts, count, indices, dense: factors, out: sum, row, at } = SPARSE
  const { values } = SPARSE
  const factor = 9
  const target = 10
  const scatter = (offset: number): WasmCode => [
    [gathered(sum, at, offset), set(target)],
    [get(target), get(target), loadF64()],
    [get(values), loadF64(offset * DOUBLE), get(factor), wasm.f64Multiply, wasm.f64Add],
    wasm.storeF64(),
  ]
  return {
    name: 'sparseAccumulate',
    parameters: 6,
    locals: [ValueType.I32, ValueType.I32, ValueType.I32, ValueType.F64, ValueType.I32],
    code: [
      copy(indices, at),
      countUp(row, get(count), 1, [
        [get(factors), loadF64(), set(factor)],
        sparseRow(scatter, 4),
        advance(factors, DOUBLE),
        advance(starts, 4),
      ]),
    ],
  }
}

/** The kernels' module, as WebAssembly's binary format. */
export function kernelModule(): Uint8Array {
  return assemble([dots(), accumulate(), closest(), addRows(), sparseDots(), sparseAccumulate()])
}
