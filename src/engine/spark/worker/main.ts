import { runDaemon } from './daemon.ts'
import { workerEnvironment } from './worker-environment.ts'

/**
 * What `bin/worker` of the executor archive starts, with the arguments that Spark gives Python: `-m pyspark.daemon pyspark.worker` for a
 * daemon, `-m pyspark.worker` for a worker that connects back; `--worker` is how a daemon starts its workers.
 */
const [role, module] = process.argv.slice(2)

if (role === '--worker') {
  const { runWorker } = await import('./worker-process.ts')
  runWorker(workerEnvironment(process.env))
} else if (role === '-m' && module === 'pyspark.daemon') {
  runDaemon(workerEnvironment(process.env))
} else if (role === '-m' && module === 'pyspark.worker') {
  const { runSingleWorker } = await import('./worker-process.ts')
  runSingleWorker(workerEnvironment(process.env))
} else {
  process.stderr.write(
    `Millstream's worker cannot take the place of ${module ?? 'a Python program'}: run foreachBatch, listeners and data sources in Python in a session of their own\n`,
  )
  process.exitCode = 1
}
