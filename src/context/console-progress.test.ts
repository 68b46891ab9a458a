import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MillstreamEvent } from '../events/millstream-event.ts'
import { ConsoleProgress } from './console-progress.ts'

function stageOf(stageId: number, numTasks: number) {
  const lineage = { parentIds: [], rddIds: [] }
  return { jobId: 0, stageId, attempt: 0, name: 'count', stageKind: 'result', numTasks, ...lineage } as const
}

function submitted(stageId: number, numTasks: number): MillstreamEvent {
  return { kind: 'stageSubmitted', time: 0, stage: stageOf(stageId, numTasks) }
}

function progressed(stageId: number, numTasks: number, numCompletedTasks: number, active: number): MillstreamEvent {
  const counts = { numTasks, numActiveTasks: active, numCompletedTasks, inputBytes: null }
  return { kind: 'stageProgress', time: 0, stageId, ...counts }
}

function completed(stageId: number): MillstreamEvent {
  const rest = { submissionTime: 0, numCompletedTasks: 1, failureReason: null }
  return { kind: 'stageCompleted', time: 0, stage: stageOf(stageId, 1), ...rest }
}

function scripted(columns = 40) {
  const written: string[] = []
  const clock = { now: 0 }
  const progress = new ConsoleProgress({
    columns,
    write: (text) => void written.push(text),
    nowMs: () => clock.now,
  })
  return { progress, written, clock }
}

test('a stage shows once it has run for more than half a second', () => {
  const { progress, written, clock } = scripted()
  progress.handle(submitted(0, 10))
  progress.handle(progressed(0, 10, 3, 2))
  clock.now = 500
  progress.refresh()
  assert.deepEqual(written, [])
  clock.now = 501
  progress.refresh()
  assert.deepEqual(written, ['\r[Stage 0:=====>            (3 + 2) / 10]'])
  progress.refresh()
  assert.equal(written.length, 1, 'an unchanged bar is not drawn again')
  progress.stop()
})

test('the bar is as wide as the terminal and full when all tasks are done', () => {
  const { progress, written, clock } = scripted()
  progress.handle(submitted(12, 2))
  progress.handle(progressed(12, 2, 2, 0))
  clock.now = 1000
  progress.refresh()
  assert.equal(written[0], `\r[Stage 12:${'='.repeat(18)}(2 + 0) / 2]`)
  assert.equal(written[0]?.length, 41)
  progress.stop()
})

test('a stage whose tasks are counted only while it runs shows how many there are', () => {
  const { progress, written, clock } = scripted()
  progress.handle(submitted(3, 3))
  progress.handle(progressed(3, 5, 2, 2))
  clock.now = 1000
  progress.refresh()
  assert.match(written[0] ?? '', /^\r\[Stage 3:=+> +\(2 \+ 2\) \/ 5\]$/)
  progress.stop()
})

test('stages that run together share the line', () => {
  const { progress, written, clock } = scripted(44)
  for (const stageId of [1, 2]) progress.handle(submitted(stageId, 4))
  clock.now = 1000
  progress.refresh()
  assert.equal(written[0], '\r[Stage 1:>(0 + 0) / 4][Stage 2:>(0 + 0) / 4]')
  progress.stop()
})

test('the bar is wiped when the last stage ends', () => {
  const { progress, written, clock } = scripted()
  progress.handle(submitted(0, 1))
  clock.now = 1000
  progress.refresh()
  progress.handle(completed(0))
  assert.equal(written.at(-1), `\r${' '.repeat(40)}\r`)
  progress.refresh()
  assert.equal(written.length, 2)
})
