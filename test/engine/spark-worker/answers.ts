import assert from 'node:assert/strict'
import fs from 'node:fs'
import { reviveError } from '../../../src/closure/driver/index.ts'
import type { SparkCommand } from '../../../src/engine/spark/command.ts'
import { parseErrorText } from '../../../src/engine/spark/error-text.ts'
import type { StageRow } from '../../../src/engine/spark/rows/row-batch.ts'
import { RecordCodec } from '../../../src/task/codec/index.ts'
import type { StageProgram } from '../../../src/task/program.ts'
import { row } from './commands.ts'
import type { Answer, ScriptedExecutor } from './scripted-executor.ts'

export const codec = new RecordCodec()

export function mapping(fn: (value: never) => unknown): StageProgram {
  return { root: { kind: 'narrow', input: { kind: 'source' }, op: { kind: 'map', fn } }, sink: { kind: 'collect' } }
}

export function records(target: number, values: readonly unknown[]): StageRow {
  return row(target, 0, 0, 0, codec.encode(values))
}

export function done(answer: Answer): Extract<Answer, { kind: 'done' }> {
  assert.equal(answer.kind, 'done', 'text' in answer ? answer.text : undefined)
  return answer as Extract<Answer, { kind: 'done' }>
}

/** What came out for each target. */
export function results(answer: Answer): Record<number, unknown[]> {
  const byTarget: Record<number, Buffer[]> = {}
  for (const { target, leaf, block } of done(answer).rows) {
    if (leaf < 0) continue
    byTarget[target] ??= []
    byTarget[target].push(Buffer.from(block))
  }
  return Object.fromEntries(
    Object.entries(byTarget).map(([target, blocks]) => [target, codec.decode(Buffer.concat(blocks))]),
  )
}

export function failure(answer: Answer): Error {
  assert.equal(answer.kind, 'failed')
  const error = parseErrorText((answer as { text: string }).text)
  assert(error !== null)
  return reviveError(error)
}

export function smallLimits(given: Partial<SparkCommand['limits']>): SparkCommand['limits'] {
  return {
    inputMemoryBytes: 1 << 20,
    shuffleMemoryBytes: 1 << 20,
    maxBlockBytes: 1 << 20,
    spillFraction: 0.6,
    maxEntries: Number.MAX_SAFE_INTEGER,
    ...given,
  }
}

export function pieces(bytes: Uint8Array, length: number, target: number): StageRow[] {
  return Array.from({ length: Math.ceil(bytes.length / length) }, (_, part) =>
    row(target, 0, 0, part, bytes.subarray(part * length, (part + 1) * length)),
  )
}

/** The records of the frames that a leaf was sent. */
export function framed(rows: readonly StageRow[], target: number, leaf: number): unknown[] {
  const blocks = rows.filter((one) => one.target === target && one.leaf === leaf).map(({ block }) => block)
  const bytes = Buffer.concat(blocks)
  const values: unknown[] = []
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt32LE(at)
    values.push(...codec.decode(bytes.subarray(at + 4, at + 4 + length)))
    at += 4 + length
  }
  return values
}

export function spillFiles(executor: ScriptedExecutor): string[] {
  return fs
    .readdirSync(executor.directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => /input|joined|lines|shuffle/.test(name))
}
