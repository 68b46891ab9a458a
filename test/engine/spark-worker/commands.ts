import { fileURLToPath } from 'node:url'
import { captureClosures } from '../../../src/closure/driver/index.ts'
import type { ClosurePayload } from '../../../src/closure/wire/index.ts'
import {
  encodeCommand,
  type LeafInput,
  type SparkCommand,
  type StageOutput,
} from '../../../src/engine/spark/command.ts'
import type { StageRow } from '../../../src/engine/spark/rows/row-batch.ts'
import type { StageProgram } from '../../../src/task/program.ts'

const OWN_FOLDER = fileURLToPath(new URL('../../../src/', import.meta.url))

const RESULT: StageOutput = { kind: 'result', routes: null, anchors: 0 }

/** A command that runs `program` on targets whose one leaf, number 0, holds encoded records. */
export async function commandOf(
  program: StageProgram,
  parts: Partial<SparkCommand> & { readonly targets?: readonly number[] } = {},
): Promise<Uint8Array> {
  const { targets = [0], ...given } = parts
  const payload: ClosurePayload = await captureClosures(program)
  return encodeCommand({
    sparkVersion: '4.3.0',
    program: { kind: 'inline', payload },
    modules: { own: OWN_FOLDER, packages: [] },
    tasks: new Map(targets.map((target) => [target, recordsLeaf(target)])),
    output: RESULT,
    pieces: null,
    classes: [],
    broadcasts: new Map(),
    localProperties: {},
    stageId: 11,
    limits: {
      inputMemoryBytes: 1 << 20,
      shuffleMemoryBytes: 1 << 20,
      maxBlockBytes: 1 << 20,
      spillFraction: 0.6,
      maxEntries: Number.MAX_SAFE_INTEGER,
    },
    ...given,
  })
}

export function recordsLeaf(partition: number): LeafInput {
  return { kind: 'data', partition, format: 'records', bytes: { leaf: 0 } }
}

export function row(target: number, leaf: number, source: number, part: number, block: Uint8Array): StageRow {
  return { target, leaf, source, part, block }
}
