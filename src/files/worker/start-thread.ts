import { Worker, type WorkerOptions } from 'node:worker_threads'

/** Starts a module of this library as a thread. The built library's modules run as they are; those of a source tree need tsx first. */
export function startModuleThread(module: URL, options: WorkerOptions): Worker {
  if (!module.href.endsWith('.ts')) return new Worker(module, options)
  const loader = JSON.stringify(import.meta.resolve('tsx/esm/api'))
  const entry = JSON.stringify(module.href)
  return new Worker(`import(${loader}).then((tsx) => { tsx.register(); return import(${entry}) })`, {
    ...options,
    eval: true,
  })
}
