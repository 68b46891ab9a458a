import { RecordCodec } from './codec/index.ts'

let codec: RecordCodec | null = null

/** Sets the codec of this worker, which knows the user's classes; called once, before the first task. */
export function setWorkerCodec(workerCodec: RecordCodec): void {
  codec = workerCodec
}

/** The codec for records that a partition function writes to files or sends as blocks. */
export function workerCodec(): RecordCodec {
  codec ??= new RecordCodec()
  return codec
}
