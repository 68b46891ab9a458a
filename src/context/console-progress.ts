import type { EventListener } from '../events/event-listener.ts'
import type { EventKind, MillstreamEvent } from '../events/millstream-event.ts'
import type { SparkStageInfo } from '../status/status-tracker.ts'

const FIRST_DELAY_MS = 500
const UPDATE_PERIOD_MS = 200
/** Stages shown side by side. */
const MAX_STAGES = 3

/** Where the bar is drawn, and the time by which stages are old enough to be shown. */
export interface ProgressTerminal {
  readonly columns: number
  write(text: string): void
  nowMs(): number
}

interface RunningStage {
  info: SparkStageInfo
  readonly startedAtMs: number
}

/** Spark's console progress bar: `[Stage 0:=====>      (3 + 2) / 10]`, for stages that run longer than half a second. */
export class ConsoleProgress implements EventListener {
  readonly name = 'ConsoleProgress'
  readonly kinds: ReadonlySet<EventKind> = new Set(['stageSubmitted', 'stageProgress', 'stageCompleted'])
  readonly #terminal: ProgressTerminal
  readonly #stages = new Map<number, RunningStage>()
  #timer: NodeJS.Timeout | null = null
  #shown = ''

  constructor(terminal: ProgressTerminal) {
    this.#terminal = terminal
  }

  /** Follows the stages; the timer runs only while they do, and keeps no process alive. */
  handle(event: MillstreamEvent): void {
    if (event.kind === 'stageSubmitted') {
      const { stageId, name, numTasks } = event.stage
      const info = { stageId, name, numTasks, numActiveTasks: 0, numCompletedTasks: 0 }
      this.#stages.set(stageId, { info, startedAtMs: event.time })
      this.#timer ??= setInterval(() => this.refresh(), UPDATE_PERIOD_MS).unref()
    } else if (event.kind === 'stageProgress') {
      const stage = this.#stages.get(event.stageId)
      if (stage === undefined) return
      const { numCompletedTasks, numActiveTasks, numTasks } = event
      stage.info = { ...stage.info, numTasks, numCompletedTasks, numActiveTasks }
    } else if (event.kind === 'stageCompleted') {
      this.#stages.delete(event.stage.stageId)
      if (this.#stages.size === 0) this.stop()
    }
  }

  /** Draws the bar of the stages that are old enough, if it has changed. */
  refresh(): void {
    const now = this.#terminal.nowMs()
    const stages = [...this.#stages.values()]
      .filter((stage) => now - stage.startedAtMs > FIRST_DELAY_MS)
      .slice(0, MAX_STAGES)
    if (stages.length === 0) return
    const width = Math.floor(this.#terminal.columns / stages.length)
    const bar = stages.map(({ info }) => formatStage(info, width)).join('')
    if (bar === this.#shown) return
    this.#terminal.write(`\r${bar}`)
    this.#shown = bar
  }

  /** Clears the bar and the timer. */
  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
    if (this.#shown !== '') this.#terminal.write(`\r${' '.repeat(this.#shown.length)}\r`)
    this.#shown = ''
  }
}

function formatStage({ stageId, numTasks, numActiveTasks, numCompletedTasks }: SparkStageInfo, width: number): string {
  const header = `[Stage ${stageId}:`
  const tail = `(${numCompletedTasks} + ${numActiveTasks}) / ${numTasks}]`
  const room = width - header.length - tail.length
  if (room <= 0) return header + tail
  const filled = Math.floor((room * numCompletedTasks) / Math.max(1, numTasks))
  const bar = filled >= room ? '='.repeat(room) : `${'='.repeat(filled)}>${' '.repeat(room - filled - 1)}`
  return header + bar + tail
}
