import type { StatusStore } from '../status-store.ts'
import { restDate } from './rest-date.ts'

/** The end date of something that has not ended, as Spark's REST interface gives it. */
const NOT_ENDED = -1

/** `/applications` and `/applications/<app>` of Spark's REST interface. */
export function applicationView(store: StatusStore, sparkVersion: string) {
  const { application, endTime, lastTime } = store
  const { time: startTime } = application
  return {
    id: application.appId,
    name: application.appName,
    attempts: [
      {
        startTime: restDate(startTime),
        endTime: restDate(endTime ?? NOT_ENDED),
        lastUpdated: restDate(lastTime),
        duration: (endTime ?? lastTime) - startTime,
        completed: endTime !== null,
        appSparkVersion: sparkVersion,
        startTimeEpoch: startTime,
        endTimeEpoch: endTime ?? NOT_ENDED,
        lastUpdatedEpoch: lastTime,
      },
    ],
  }
}
