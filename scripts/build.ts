/**
 * Builds dist/ from nothing, so that what was removed from the sources does not linger in the package, and puts it in place at once, so that
 * whoever uses the old one meanwhile is not left without. There are no source maps: a stack names files that the package has, and a program
 * starts faster, because Node reads the map of every module that it loads.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const tsc = fileURLToPath(new URL('bin/tsc', import.meta.resolve('typescript/package.json')))
const dist = join(root, 'dist')
// On the same file system as dist/, so that it can be renamed.
const built = join(root, `dist.${process.pid}`)

try {
  const args = [tsc, '-p', 'tsconfig.build.json', '--outDir', built]
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' })
  if (status === 0) {
    chmodSync(join(built, 'cli/main.js'), 0o755)
    rmSync(dist, { recursive: true, force: true })
    renameSync(built, dist)
  }
  process.exitCode = status ?? 1
} finally {
  rmSync(built, { recursive: true, force: true })
}
