import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Import, importsOf } from './imports.ts'
import { projectFiles } from './project-files.ts'

/** What a worker thread of the embedded engine and a worker process of a Spark executor start. */
const WORKER_ENTRIES = ['engine/local/worker-main.ts', 'engine/spark/worker/main.ts'] as const

/** The files that are loaded with `entry`, itself included; what is imported for its types alone is not loaded. */
function loadedWith(entry: string, imports: readonly Import[]): Set<string> {
  const loaded = new Set([entry])
  for (const file of loaded) {
    for (const { from, to, isRelative, kind } of imports) {
      if (from === file && isRelative && kind === 'static') loaded.add(to)
    }
  }
  return loaded
}

function driverOnly(loaded: ReadonlySet<string>): string[] {
  return [...loaded].filter((file) => /^(?:closure\/driver|rdd|context|dstream|streaming|connect|cli)\//.test(file))
}

test('a worker loads nothing that serves the driver alone: it captures nothing, and starts sooner without the parser', () => {
  const imports = importsOf(new Map([...projectFiles('src')].filter(([file]) => file.endsWith('.ts'))))
  for (const entry of WORKER_ENTRIES) {
    const loaded = loadedWith(entry, imports)
    assert(loaded.size > 10, `${entry} loads ${loaded.size} files only`)
    assert.deepEqual(driverOnly(loaded), [], `what ${entry} loads`)
  }
})

test('a planted detour to the driver is found', () => {
  const sources = new Map([
    ['engine/local/worker-main.ts', `import { a } from '../../task/a.ts'\nimport type { T } from '../../rdd/t.ts'`],
    ['task/a.ts', `export { b } from '../closure/driver/b.ts'`],
  ])
  assert.deepEqual(driverOnly(loadedWith('engine/local/worker-main.ts', importsOf(sources))), ['closure/driver/b.ts'])
})
