import assert from 'node:assert/strict'
import { test } from 'node:test'
import { projectFiles } from './project-files.ts'

/** What a file declares and exports by itself, re-exports left out. */
const EXPORTED =
  /^export\s+(?:declare\s+)?(?:default\s+)?(?:abstract\s+)?(?:async\s+)?(?:class|interface|type|function\*?|const|let)\s+(?<name>[A-Za-z_$][\w$]*)/gm

/** SQL's functions under Spark's names: `count`, `first`, `min`. */
const SPARK_FUNCTIONS = 'sql/functions.ts'

/** Names that more than one file exports, each with those files. A class and its companion of the same name stand in one file. */
function sharedNames(sources: ReadonlyMap<string, string>): Map<string, readonly string[]> {
  const files = new Map<string, Set<string>>()
  for (const [file, text] of sources) {
    for (const { groups } of text.matchAll(EXPORTED)) {
      const name = groups!.name as string
      files.set(name, (files.get(name) ?? new Set()).add(file))
    }
  }
  return new Map([...files].filter(([, found]) => found.size > 1).map(([name, found]) => [name, [...found].sort()]))
}

test('no two things have one name', () => {
  const sources = [...projectFiles('src')].filter(
    ([file]) => /(?<!\.test|_pb)\.ts$/.test(file) && file !== SPARK_FUNCTIONS,
  )
  assert(sources.length > 10)
  const shared = sharedNames(new Map(sources))
  assert.deepEqual([...shared], [], 'rename one of each pair to what it is')
})

test('a planted second thing of a name is found, a re-export or a companion is none', () => {
  const sources = new Map([
    ['rdd/a.ts', 'export abstract class Store {}\nexport const LIMIT = 1\nexport type { Task } from "./c.ts"'],
    ['rdd/b.ts', 'export interface Store {}\nconst LIMIT = 2\nexport async function* rows() {}'],
    ['rdd/c.ts', 'export type Task = 1\nexport const Task = 2\nexport function rows() {}\n// export class LIMIT {}'],
  ])
  assert.deepEqual(
    [...sharedNames(sources)],
    [
      ['Store', ['rdd/a.ts', 'rdd/b.ts']],
      ['rows', ['rdd/b.ts', 'rdd/c.ts']],
    ],
  )
})
