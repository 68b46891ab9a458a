import { type Kernels, kernelModule } from './kernel-module.ts'
import { type WasmMemory, webAssembly } from './web-assembly.ts'

const PAGE_BYTES = 65_536
/** Every region begins at a multiple of this, which is what the kernels' loads like best. */
const ALIGNMENT = 64

/** The kernels with their memory: one each per worker, made when first needed. */
export class WorkerKernels {
  readonly run: Kernels
  readonly #memory: WasmMemory
  #used = 0
  /** The memory as doubles and as whole numbers; both change when it grows, so that they are read after {@link reserve} alone. */
  doubles: Float64Array
  integers: Int32Array

  constructor() {
    const { Memory, Module, Instance } = webAssembly()
    this.#memory = new Memory({ initial: 16 })
    const { exports } = new Instance(new Module(kernelModule()), { kernels: { memory: this.#memory } })
    this.run = exports as Kernels
    this.doubles = new Float64Array(this.#memory.buffer)
    this.integers = new Int32Array(this.#memory.buffer)
  }

  /** Begins a computation: what earlier ones had reserved is free again. */
  begin(): void {
    this.#used = 0
  }

  /** @returns the position of this many bytes, in bytes. */
  reserve(bytes: number): number {
    const position = this.#used
    this.#used = Math.ceil((position + bytes) / ALIGNMENT) * ALIGNMENT
    const missing = this.#used - this.#memory.buffer.byteLength
    if (missing > 0) {
      this.#memory.grow(Math.ceil(missing / PAGE_BYTES))
      this.doubles = new Float64Array(this.#memory.buffer)
      this.integers = new Int32Array(this.#memory.buffer)
    }
    return position
  }
}

let kernels: WorkerKernels | undefined

/** This worker's kernels. */
export function workerKernels(): WorkerKernels {
  kernels ??= new WorkerKernels()
  return kernels
}
