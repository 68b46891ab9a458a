import { MillstreamError } from '../../errors.ts'

/** A persisted partition is not where the task was told: the driver has it computed again and tries once more. */
export class LostBlockError extends MillstreamError {
  readonly rddId: number
  readonly partition: number

  constructor(rddId: number, partition: number) {
    super('LOST_BLOCK', `block rdd_${rddId}_${partition} is not on this worker`)
    this.rddId = rddId
    this.partition = partition
  }
}
