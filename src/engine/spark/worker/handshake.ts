import type { ByteInput } from './protocol/byte-input.ts'
import type { WorkerOutput } from './protocol/worker-output.ts'

/**
 * Says who serves a connection that the executor opened, and on TCP asks for the secret; a Unix socket is in a folder that only the
 * executor's user may enter.
 * @param secret what the executor must know, or null on a Unix socket.
 * @returns whether it knew it.
 */
export async function answerExecutor(input: ByteInput, output: WorkerOutput, secret: string | null): Promise<boolean> {
  await output.writeInt(process.pid)
  if (secret === null) return true
  const isRight = (await input.read(await input.readInt())).toString('utf8') === secret
  await output.writeText(isRight ? 'ok' : 'err')
  return isRight
}

/** The same on a connection that this process opened to the executor: here the worker is who must know the secret. */
export async function greetExecutor(input: ByteInput, output: WorkerOutput, secret: string | null): Promise<boolean> {
  if (secret !== null) {
    await output.writeText(secret)
    const answer = (await input.read(await input.readInt())).toString('utf8')
    if (answer !== 'ok') return false
  }
  await output.writeInt(process.pid)
  return true
}
