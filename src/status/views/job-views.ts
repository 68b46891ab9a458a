import type { StatusStore } from '../status-store.ts'
import type { JobStatus, StageStatus } from '../work-status.ts'
import { restDate, restDateOrAbsent } from './rest-date.ts'

/** The states of a job by Spark's names. */
export type JobState = 'RUNNING' | 'SUCCEEDED' | 'FAILED'

/** `/applications/<app>/jobs`: the jobs that are remembered, the last one first. */
export function jobViews({ work }: StatusStore, states?: readonly JobState[]) {
  const stages = work.stages
  const views = work.jobs.map((job) => viewOf(job, stages))
  return views.filter(({ status }) => states === undefined || states.includes(status)).reverse()
}

/** `/applications/<app>/jobs/<id>`; undefined for a job that is not remembered. */
export function jobView({ work }: StatusStore, jobId: number) {
  const job = work.job(jobId)
  return job === undefined ? undefined : viewOf(job, work.stages)
}

function viewOf({ started, ended, stageIds }: JobStatus, allStages: readonly StageStatus[]) {
  const stages = allStages.filter(({ stage }) => stageIds.includes(stage.stageId))
  const sum = (of: (stage: StageStatus) => number) => stages.reduce((total, stage) => total + of(stage), 0)
  const count = (is: (stage: StageStatus) => boolean) => stages.filter(is).length
  return {
    jobId: started.jobId,
    name: started.callSite,
    description: started.description ?? undefined,
    submissionTime: restDate(started.time),
    completionTime: restDateOrAbsent(ended?.time ?? null),
    stageIds,
    jobGroup: started.group ?? undefined,
    jobTags: started.tags,
    status: stateOf(ended),
    numTasks: sum(({ numTasks }) => numTasks),
    numActiveTasks: sum(({ counts }) => counts.active),
    numCompletedTasks: sum(({ counts }) => counts.completed),
    numFailedTasks: sum(({ counts }) => counts.failed),
    numKilledTasks: sum(({ counts }) => counts.killed),
    numActiveStages: count(({ completed }) => completed === null),
    numCompletedStages: count(({ completed }) => completed !== null && completed.failureReason === null),
    numFailedStages: count(({ completed }) => completed !== null && completed.failureReason !== null),
  }
}

function stateOf(ended: JobStatus['ended']): JobState {
  if (ended === null) return 'RUNNING'
  return ended.failureReason === null ? 'SUCCEEDED' : 'FAILED'
}
