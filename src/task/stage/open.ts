import type { TaskInput } from '../input.ts'
import type { Reader } from '../reader.ts'

/** Opens a compiled program over one task's input. */
export type Open = (input: TaskInput) => Reader
