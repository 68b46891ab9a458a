import { integerSetting } from './setting.ts'

export const LISTENER_QUEUE_CAPACITY = integerSetting('spark.scheduler.listenerbus.eventqueue.capacity', {
  default: 10_000,
  min: 1,
  doc: 'events that may wait for one listener; later ones are dropped, and the listener is told how many it missed',
})
