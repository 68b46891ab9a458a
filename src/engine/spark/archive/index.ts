export type { Archive } from './archive-cache.ts'
export { type ExecutorArchiveOptions, executorArchive, WORKER_PROGRAM } from './executor-archive.ts'
