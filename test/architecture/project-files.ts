import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const SKIPPED = new Set(['node_modules', 'dist', '.git', '.millstream', 'data', 'results'])
const BINARY = /\.(?:gz|deflate|png|jpg|tgz|bin|parquet|arrow)$/

/** The project's own text files by their paths relative to `folder` ('' for the whole project), what a build or a run left aside excluded. */
export function projectFiles(folder: string): Map<string, string> {
  const files = new Map<string, string>()
  const visit = (directory: string, prefix: string) => {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      // A git worktree's `.git` is a file that names a folder of the machine.
      if (SKIPPED.has(entry.name)) continue
      const path = join(directory, entry.name)
      if (entry.isDirectory()) visit(path, `${prefix}${entry.name}/`)
      else if (entry.isFile() && !BINARY.test(entry.name)) {
        files.set(prefix + entry.name, readFileSync(path, 'utf8'))
      }
    }
  }
  visit(join(root, folder), '')
  return files
}
