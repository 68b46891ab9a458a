import { DistinctSketch } from '../distinct-sketch.ts'
import { HyperLogLog } from '../hyper-log-log.ts'
import { KeyTable } from '../key/index.ts'
import { pairsOf } from '../pair.ts'

/** The sketch of a partition's distinct records, as bytes. */
export function approximateDistinct(
  records: Iterable<unknown>,
  _partition: number,
  precision: number,
  sparsePrecision: number,
): Uint8Array {
  const sketch = new DistinctSketch(precision, sparsePrecision)
  for (const record of records) sketch.add(record)
  return sketch.toBytes()
}

/** For each key of the partition, the registers of its distinct values. */
export function* approximateDistinctByKey(
  records: Iterable<unknown>,
  _partition: number,
  precision: number,
): Generator<[unknown, Uint8Array]> {
  const sketches = new KeyTable<HyperLogLog>()
  for (const [key, value] of pairsOf(records)) {
    let sketch = sketches.get(key)
    if (!sketch) {
      sketch = new HyperLogLog(precision)
      sketches.set(key, sketch)
    }
    sketch.add(value)
  }
  for (const [key, sketch] of sketches.pairs()) yield [key, sketch.registers]
}

/** The count that each key's registers stand for. */
export function* countRegisters(
  records: Iterable<unknown>,
  _partition: number,
  precision: number,
): Generator<[unknown, number]> {
  for (const [key, registers] of records as Iterable<[unknown, Uint8Array]>) {
    yield [key, new HyperLogLog(precision, registers).count()]
  }
}
