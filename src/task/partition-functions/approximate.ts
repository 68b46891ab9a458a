import { HyperLogLog } from '../hyper-log-log.ts'

/** The registers of a partition's distinct records. */
export function approximateDistinct(records: Iterable<unknown>, _partition: number, precision: number): Uint8Array {
  const sketch = new HyperLogLog(precision)
  for (const record of records) sketch.add(record)
  return sketch.registers
}
