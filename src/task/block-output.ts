/** Takes a block of a task's output; resolves when the next one may come. */
export type BlockOutput = (block: Uint8Array) => Promise<void>

let output: BlockOutput | null = null

/** Sets where blocks of the task that begins go, null where nobody takes any. */
export function setBlockOutput(blockOutput: BlockOutput | null): void {
  output = blockOutput
}

/** Where a partition function sends the blocks of a file that the cluster writes. */
export function blockOutput(): BlockOutput {
  if (output === null) throw new Error('nobody takes blocks of this task')
  return output
}
