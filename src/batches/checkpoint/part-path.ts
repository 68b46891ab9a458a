import { partName } from '../../task/partition-functions/saving.ts'

/** The file of a partition in a directory of parts. */
export function partPath(directory: string, partition: number): string {
  return `${directory}/${partName(partition)}`
}
