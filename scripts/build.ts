/** Builds dist/ from nothing: what was removed from the sources does not linger in the package. */
import { spawnSync } from 'node:child_process'
import { chmodSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const tsc = fileURLToPath(new URL('bin/tsc', import.meta.resolve('typescript/package.json')))

rmSync(join(root, 'dist'), { recursive: true, force: true })
const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' })
if (status === 0) chmodSync(join(root, 'dist/cli/main.js'), 0o755)
process.exitCode = status ?? 1
