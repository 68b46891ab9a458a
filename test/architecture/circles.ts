import { posix } from 'node:path'
import type { Import } from './imports.ts'

/** A circle of more files than this cannot be understood together, even within one folder. */
const MOST_FILES = 6

/** The circles of files that import each other, directly or through others: each sorted, all of them sorted by their first files. */
export function circlesOf(imports: readonly Import[]): string[][] {
  const graph = new Map<string, string[]>()
  for (const { from, to, isRelative, kind } of imports) {
    if (isRelative && kind !== 'deferred') graph.set(from, [...(graph.get(from) ?? []), to])
  }
  return stronglyConnected(graph)
    .filter((files) => files.length > 1 || graph.get(files[0]!)?.includes(files[0]!))
    .map((files) => files.sort())
    .sort(([a], [b]) => (a! < b! ? -1 : 1))
}

/** Tarjan's algorithm: groups of files of which each reaches every other. */
function stronglyConnected(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const groups: string[][] = []
  const order = new Map<string, number>()
  const lowest = new Map<string, number>()
  const open: string[] = []
  const visit = (file: string): number => {
    const index = order.size
    order.set(file, index)
    lowest.set(file, index)
    open.push(file)
    for (const next of graph.get(file) ?? []) {
      const reached = order.has(next) ? (open.includes(next) ? order.get(next)! : index) : visit(next)
      lowest.set(file, Math.min(lowest.get(file)!, reached))
    }
    if (lowest.get(file) === index) groups.push(open.splice(open.indexOf(file)))
    return lowest.get(file)!
  }
  for (const file of graph.keys()) if (!order.has(file)) visit(file)
  return groups
}

/** What breaks the rule that no circle of files crosses a folder and none has more than six files, a line each. */
export function circleViolations(imports: readonly Import[]): string[] {
  return circlesOf(imports).flatMap((files) => {
    const reason = breachOf(files)
    return reason === null ? [] : [`${reason}: ${files.join(', ')}`]
  })
}

function breachOf(files: readonly string[]): string | null {
  if (new Set(files.map((file) => posix.dirname(file))).size > 1) return 'a circle crosses a folder'
  return files.length > MOST_FILES ? `a circle has ${files.length} files` : null
}
