import { createHash } from 'node:crypto'
import type { DStreamNode } from './dstream-node.ts'

/**
 * An id for each stream that another run of the same program finds again: the name that the user gave, else one derived from the
 * operation and from the ids of the streams it reads, so that adding an operator elsewhere changes no id here. Operators that read the
 * same streams with the same operation are told apart by their order.
 * @param streams every stream of a context, parents before children.
 */
export function operatorIds(streams: readonly DStreamNode<unknown>[]): ReadonlyMap<DStreamNode<unknown>, string> {
  const ids = new Map<DStreamNode<unknown>, string>()
  const taken = new Map<string, number>()
  for (const stream of streams) {
    const place = [stream.operation, ...stream.dependencies.map((parent) => ids.get(parent)!)].join('\n')
    const twins = taken.get(place) ?? 0
    taken.set(place, twins + 1)
    ids.set(stream, stream.givenName ?? `${stream.operation}-${digest(`${place}\n${twins}`)}`)
  }
  return ids
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12)
}
