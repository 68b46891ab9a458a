import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseCommandLine, UsageError } from './command-line.ts'

const run = { kind: 'run', app: 'app.ts', appArgs: [], master: undefined, conf: {}, propertiesFile: undefined }

test('options before the program are ours, everything after it is the program’s', () => {
  assert.deepEqual(parseCommandLine(['run', 'app.ts']), run)
  assert.deepEqual(
    parseCommandLine([
      'run',
      '--master',
      'local[4]',
      '--conf',
      'a=b=c',
      '--conf=d=',
      'app.ts',
      '--master',
      'x',
      '--',
      '-h',
    ]),
    { ...run, master: 'local[4]', conf: { a: 'b=c', d: '' }, appArgs: ['--master', 'x', '--', '-h'] },
  )
  assert.deepEqual(parseCommandLine(['run', '--', 'app.ts', '-x']), { ...run, appArgs: ['-x'] })
  assert.deepEqual(parseCommandLine(['run', '--conf', 'k=1', '--conf', 'k=2', 'app.ts']), { ...run, conf: { k: '2' } })
})

test('options of spark-submit are taken where they mean something', () => {
  assert.deepEqual(
    parseCommandLine([
      'run',
      '--name',
      'counts',
      '-c',
      'a=1',
      '--executor-memory=2g',
      '--properties-file',
      'p.conf',
      '--remote',
      'sc://host',
      'app.ts',
    ]),
    {
      ...run,
      master: 'sc://host',
      conf: { a: '1', 'spark.app.name': 'counts', 'spark.executor.memory': '2g' },
      propertiesFile: 'p.conf',
    },
  )
})

test('options of spark-submit that mean nothing here are refused with what to write, and left to the program behind its file', () => {
  for (const [args, instead] of [
    [['--driver-memory', '2g'], /NODE_OPTIONS=--max-old-space-size/],
    [['--driver-memory=2g'], /NODE_OPTIONS=--max-old-space-size/],
    [['--num-executors', '4'], /--master local\[4\]/],
    [['--class', 'org.example.Main'], /millstream run app\.ts/],
    [['--supervise'], /supervisor/],
  ] as const) {
    assert.throws(() => parseCommandLine(['run', ...args, 'app.ts']), { code: 'SPARK_SUBMIT_OPTION', message: instead })
    assert.deepEqual(parseCommandLine(['run', 'app.ts', ...args]), { ...run, appArgs: args })
  }
})

test('help and version are asked for in each usual way', () => {
  for (const args of [['--help'], ['-h'], ['help']]) {
    assert.deepEqual(parseCommandLine(args), { kind: 'help', topic: undefined })
  }
  for (const args of [
    ['help', 'run'],
    ['run', '--help'],
    ['run', '-h', 'app.ts'],
  ]) {
    assert.deepEqual(parseCommandLine(args), { kind: 'help', topic: 'run' })
  }
  for (const args of [['version'], ['--version'], ['-v']]) assert.deepEqual(parseCommandLine(args), { kind: 'version' })
})

test('what cannot be followed is named', () => {
  const cases = [
    [[], 'NO_COMMAND', /no command given/],
    [['walk'], 'UNKNOWN_COMMAND', /unknown command 'walk'/],
    [['--walk'], 'UNKNOWN_COMMAND', /unknown option '--walk'/],
    [['help', 'walk'], 'UNKNOWN_HELP_TOPIC', /no help about 'walk'/],
    [['run'], 'NO_APP', /needs the file of a program/],
    [['run', '--mater', 'local', 'app.ts'], 'BAD_OPTION', /Unknown option '--mater'/],
    [['run', '--master'], 'BAD_OPTION', /--master <value>' argument missing/],
    [['run', '--conf', 'spark.app.name', 'app.ts'], 'BAD_CONF', /key=value, not 'spark\.app\.name'/],
    [['run', '--conf', '=1', 'app.ts'], 'BAD_CONF', /key=value/],
  ] as const
  for (const [args, code, message] of cases) {
    assert.throws(
      () => parseCommandLine(args),
      (error: unknown) => {
        assert(error instanceof UsageError)
        assert.equal(error.code, code)
        assert.equal(error.exitCode, 2)
        assert.match(error.message, message)
        return true
      },
    )
  }
})
