import type { Benchmark } from './benchmark.ts'
import { closureCapture } from './benchmarks/closure-capture.ts'
import { codec } from './benchmarks/codec.ts'
import { dstreamLatency } from './benchmarks/dstream-latency.ts'
import { dstreamSocket } from './benchmarks/dstream-socket.ts'
import { jsonLines } from './benchmarks/json-lines.ts'
import { ledgerCheckpoints } from './benchmarks/ledger-checkpoints.ts'
import { mllib } from './benchmarks/mllib.ts'
import { mllibKernels } from './benchmarks/mllib-kernels.ts'
import { rddWords } from './benchmarks/rdd-words.ts'
import { socketIngest } from './benchmarks/socket-ingest.ts'
import { sparkBatches } from './benchmarks/spark-batches.ts'
import { sparkWords } from './benchmarks/spark-words.ts'
import { startup } from './benchmarks/startup.ts'
import { state, windowed } from './benchmarks/state.ts'
import { checkpoint, recovery } from './benchmarks/state-checkpoints.ts'

/** All benchmarks, in the order in which they run. */
export const benchmarks: readonly Benchmark[] = [
  rddWords,
  jsonLines,
  dstreamSocket,
  dstreamLatency,
  windowed,
  state,
  checkpoint,
  recovery,
  ledgerCheckpoints,
  ...mllib,
  mllibKernels,
  startup,
  closureCapture,
  codec,
  socketIngest,
  sparkBatches,
  sparkWords,
]
