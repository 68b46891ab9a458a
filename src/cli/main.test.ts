import assert from 'node:assert/strict'
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url))
const TSX = import.meta.resolve('tsx')
let root = ''

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'millstream-cli-'))
})

after(() => rm(root, { recursive: true, force: true }))

async function writeFiles(files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true })
    await writeFile(join(root, name), text)
  }
}

function start({ environment = {} }: { environment?: NodeJS.ProcessEnv }, ...args: string[]) {
  const env = { ...process.env, ...environment }
  return watched(spawn(process.execPath, ['--import', TSX, MAIN, ...args], { cwd: root, env }))
}

/** A child with the text that it has written so far. */
function watched(child: ChildProcessWithoutNullStreams) {
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text
  })
  return { child, output }
}

async function ended({ child, output }: ReturnType<typeof watched>) {
  const [code, signal] = await once(child, 'close')
  return { code, signal, ...output }
}

const millstream = (...args: string[]) => ended(start({}, ...args))

test('a TypeScript program runs as it is, in a folder of any module type, with its arguments', async (t) => {
  const program = `
    import { basename } from 'node:path'
    import { two } from './lib.ts'
    import { three } from './other'
    interface Sum { readonly value: number }
    const sum: Sum = await Promise.resolve({ value: 1 + two + three })
    console.log(JSON.stringify([sum.value, basename(process.argv[1]!), ...process.argv.slice(2)]))
  `
  const types = { module: '{"type":"module"}', commonjs: '{"type":"commonjs"}', none: '{}' }
  for (const [type, manifest] of Object.entries(types)) {
    await t.test(type, async () => {
      await writeFiles({
        [`${type}/package.json`]: manifest,
        [`${type}/app.ts`]: program,
        [`${type}/lib.ts`]: 'export const two: number = 2',
        [`${type}/other.ts`]: 'export const three: number = 3',
      })
      const { code, stdout, stderr } = await millstream('run', `${type}/app.ts`, 'a', '--master', 'b')
      assert.equal(stderr, '')
      assert.deepEqual(JSON.parse(stdout), [6, 'app.ts', 'a', '--master', 'b'])
      assert.equal(code, 0)
    })
  }
})

test('JavaScript runs too, and a CommonJS program is its own main module', async () => {
  await writeFiles({
    'js/app.mjs': `import { one } from './one.js'\nconsole.log(one)`,
    'js/one.js': 'export const one = 1',
    'js/app.cjs': `if (require.main === module) console.log(require('./typed.ts').two, typeof __dirname)`,
    'js/typed.ts': 'export const two: number = 2',
  })
  assert.equal((await millstream('run', 'js/app.mjs')).stdout, '1\n')
  assert.equal((await millstream('run', 'js/app.cjs')).stdout, '2 string\n')
})

test('--master and --conf reach the program in its environment', async () => {
  await writeFiles({ 'env.ts': 'console.log(process.env.MILLSTREAM_MASTER, process.env.MILLSTREAM_CONF)' })
  const { stdout } = await millstream(
    'run',
    '--master',
    'local[3]',
    '--conf',
    'spark.app.name=n',
    '--conf',
    'a=1=2',
    'env.ts',
  )
  assert.equal(stdout, 'local[3] {"spark.app.name":"n","a":"1=2"}\n')
})

test('settings come from a properties file, else from spark-defaults.conf, and options go before both', async () => {
  await writeFiles({
    'settings.ts': 'console.log(process.env.MILLSTREAM_CONF)',
    'conf/spark-defaults.conf': 'spark.app.name from-defaults\nspark.default.parallelism 3\n',
    'mine.conf': '# mine\nspark.app.name = mine\nspark.local.dir: /a\\\n  b\n',
  })
  const environment = { SPARK_CONF_DIR: join(root, 'conf') }
  const settingsOf = async (...args: string[]) =>
    JSON.parse((await ended(start({ environment }, 'run', ...args, 'settings.ts'))).stdout) as unknown
  assert.deepEqual(await settingsOf('--name', 'n'), { 'spark.app.name': 'n', 'spark.default.parallelism': '3' })
  assert.deepEqual(await settingsOf('--properties-file', 'mine.conf'), {
    'spark.app.name': 'mine',
    'spark.local.dir': '/ab',
  })
  const missing = await millstream('run', '--properties-file', 'none.conf', 'settings.ts')
  assert.equal(missing.code, 1)
  assert.match(missing.stderr, /^millstream: cannot read the properties file 'none\.conf': ENOENT/)
})

test('SPARK_MASTER names the master where nothing else does', async () => {
  const conf = join(dirname(MAIN), '../settings/spark-conf.ts')
  await writeFiles({
    'master.ts': `import { SparkConf } from ${JSON.stringify(conf)}\nconsole.log(new SparkConf().get('spark.master'))`,
  })
  const environment = { SPARK_MASTER: 'local[7]' }
  assert.equal((await ended(start({ environment }, 'run', 'master.ts'))).stdout, 'local[7]\n')
  const given = start({ environment }, 'run', '--master', 'local[3]', 'master.ts')
  assert.equal((await ended(given)).stdout, 'local[3]\n')
})

test('a closed pipe ends the program without a word', async () => {
  await writeFiles({
    'endless.ts': `setInterval(() => console.log('line'), 1)\nprocess.on('exit', () => console.error('left'))\nexport {}`,
  })
  const started = start({}, 'run', 'endless.ts')
  await once(started.child.stdout, 'data')
  started.child.stdout.destroy()
  const { code, stderr } = await ended(started)
  assert.deepEqual({ code, stderr }, { code: 0, stderr: 'left\n' })
})

/** A shell that waits for the program, as npm starts one, with npm's environment. */
function startUnderNpm(app: string) {
  const command = [process.execPath, '--import', TSX, MAIN, 'run', app].map((part) => `'${part}'`).join(' ')
  return watched(
    spawn('/bin/sh', ['-c', `${command}; true`], { cwd: root, env: { ...process.env, npm_lifecycle_event: 'npx' } }),
  )
}

test('under npm a program ends with its parent, as of SIGTERM', async () => {
  await writeFiles({
    'under-npm.ts': `
      const timer = setInterval(() => {}, 1000)
      process.once('SIGTERM', () => { console.log('stopped'); clearInterval(timer) })
      console.log('ready')
    `,
    'default.ts': `setInterval(() => {}, 1000)\nconsole.log('ready')`,
  })
  for (const [app, output] of [
    ['under-npm.ts', 'ready\nstopped\n'],
    ['default.ts', 'ready\n'],
  ] as const) {
    const started = startUnderNpm(app)
    await once(started.child.stdout, 'data')
    started.child.kill('SIGKILL')
    // The pipe is closed when the program has ended, as the shell is dead already.
    const { stdout } = await ended(started)
    assert.equal(stdout, output)
  }
})

test('under npm a program ends when npm is killed, though the shell between the two lives on', async (t) => {
  if (process.platform !== 'linux') return t.skip('only Linux tells of the parents of other processes')
  await writeFiles({
    'killed-npm.ts': `setInterval(() => {}, 1000)\nprocess.once('SIGTERM', () => { console.log('stopped'); process.exit() })\nconsole.log('ready')`,
  })
  const command = [process.execPath, '--import', TSX, MAIN, 'run', 'killed-npm.ts'].map((part) => `'${part}'`).join(' ')
  // The outer process stands for npm: it starts a shell that starts the program.
  const npm = `require('node:child_process').spawn('/bin/sh', ['-c', ${JSON.stringify(`${command}; true`)}], { stdio: 'inherit' })`
  const env = { ...process.env, npm_lifecycle_event: 'npx' }
  const started = watched(spawn(process.execPath, ['-e', npm], { cwd: root, env }))
  await once(started.child.stdout, 'data')
  started.child.kill('SIGKILL')
  assert.equal((await ended(started)).stdout, 'ready\nstopped\n')
})

test('the exit code is the program’s, an error is shown at the user’s line', async () => {
  await writeFiles({
    'code.ts': 'process.exitCode = 7\nexport {}',
    'throws.ts': `interface A {\n  a: number\n}\n\nconst a: A = { a: 1 }\nthrow new TypeError('thrown ' + a.a)\nexport {}`,
  })
  assert.equal((await millstream('run', 'code.ts')).code, 7)
  const failed = await millstream('run', 'throws.ts')
  assert.equal(failed.code, 1)
  assert.match(failed.stderr, /TypeError: thrown 1\n\s+at .*throws\.ts:6:7/)
})

test('a signal is the program’s own', async () => {
  await writeFiles({
    'signal.ts': `
      const timer = setInterval(() => {}, 1000)
      process.once('SIGINT', () => { console.log('stopped'); clearInterval(timer) })
      console.log('ready')
    `,
  })
  const { child, output } = start({}, 'run', 'signal.ts')
  await once(child.stdout, 'data')
  child.kill('SIGINT')
  const [code] = await once(child, 'close')
  assert.equal(output.stdout, 'ready\nstopped\n')
  assert.equal(code, 0)
})

test('a program that is not there ends with 1 and its name', async () => {
  await writeFiles({ 'folder/x': '' })
  for (const app of ['nope.ts', 'folder']) {
    const { code, stdout, stderr } = await millstream('run', app)
    assert.equal(code, 1)
    assert.equal(stdout, '')
    assert.match(stderr, new RegExp(`^millstream: .*'${app}'.*\n$`))
  }
})

test('a wrong command line ends with 2 and says what is wrong', async () => {
  const { code, stderr } = await millstream('run', '--mster', 'local', 'app.ts')
  assert.equal(code, 2)
  assert.match(stderr, /^millstream: Unknown option '--mster'\n'millstream help run'/)
})

test('help and version are printed to standard output', async () => {
  const [help, runHelp, version] = await Promise.all([
    millstream('--help'),
    millstream('help', 'run'),
    millstream('version'),
  ])
  assert.match(help.stdout, /sc:\/\/host:port/)
  assert.match(help.stdout, /millstream run \[options\] <app\.ts> \[args\.\.\.\]/)
  assert.match(runHelp.stdout, /--conf <key=value>/)
  assert.match(version.stdout, /^millstream \d+\.\d+\.\d+ \(node \d+\.\d+\.\d+\)\n$/)
  assert.deepEqual([help.code, runHelp.code, version.code], [0, 0, 0])
})
