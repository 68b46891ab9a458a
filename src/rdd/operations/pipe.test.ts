import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { onEachEngine } from '../../../test/model/on-each-engine.ts'

onEachEngine((context, engine) => {
  const numbers = (count: number, partitions: number) =>
    context().parallelize(
      Array.from({ length: count }, (_, i) => i + 1),
      partitions,
    )

  test('each partition goes through a command of its own', async () => {
    assert.deepEqual(await numbers(4, 2).pipe(['cat']).collect(), ['1', '2', '3', '4'])
    assert.deepEqual(await numbers(10, 2).pipe('wc -l').map(Number).collect(), [5, 5])
    assert.deepEqual(
      await numbers(4, 2)
        .pipe('cat')
        .map((line) => Number(line) + 1)
        .collect(),
      [2, 3, 4, 5],
    )
  })

  test('more text than pipes hold flows through', async () => {
    const lines = context().parallelize(
      Array.from({ length: 50_000 }, (_, i) => `line ${i} ${'x'.repeat(20)}`),
      2,
    )
    assert.equal(await lines.pipe('cat').count(), 50_000)
  })

  test('records print as text, or as the caller prints them', async () => {
    const pairs = context().parallelize<string, number>([['a', 1]], 1)
    assert.deepEqual(await pairs.pipe('cat').collect(), ['(a,1)'])
    const piped = numbers(4, 2).pipe(['cat'], {
      printPipeContext: (print) => print('ctx'),
      printRDDElement: (record, print) => print(`<${record}>`),
    })
    assert.deepEqual(await piped.collect(), ['ctx', '<1>', '<2>', 'ctx', '<3>', '<4>'])
  })

  test('variables and the working directory are the command’s', async () => {
    const rdd = numbers(1, 1)
    assert.deepEqual(await rdd.pipe(['sh', '-c', 'echo $COLOUR'], { env: { COLOUR: 'blue' } }).collect(), ['blue'])
    assert.deepEqual(await rdd.pipe('pwd', { workingDir: '/' }).collect(), ['/'])
  })

  test('a command that fails, fails the task, unless its status is not to be checked', async () => {
    const rdd = numbers(2, 1)
    await assert.rejects(rdd.pipe('false').collect(), /Subprocess exited with status 1\. Command ran: false/)
    assert.deepEqual(await rdd.pipe('false', { checkCode: false }).collect(), [])
    await assert.rejects(rdd.pipe('/nope/x y').collect(), /Cannot run program "\/nope\/x"/)
    assert.throws(() => rdd.pipe(' '), /pipe needs a command/)
  })

  test('a command that reads only its beginning does not fail', async () => {
    const lines = context().parallelize(
      Array.from({ length: 50_000 }, (_, i) => `line ${i}`),
      1,
    )
    assert.deepEqual(await lines.pipe('head -n 2').collect(), ['line 0', 'line 1'])
  })

  test('an error in what prints the records is the task’s', async () => {
    const piped = numbers(2, 1).pipe('cat', {
      printRDDElement: () => {
        throw new Error('cannot print this')
      },
    })
    await assert.rejects(piped.collect(), /cannot print this/)
  })

  // The reference engine computes whole partitions.
  test('take ends a command that would go on for ever', { skip: engine === 'reference' }, async () => {
    assert.deepEqual(await numbers(1, 1).pipe('yes').take(2), ['y', 'y'])
  })

  test('with separateWorkingDir each command has a directory of its own, with links to the files there, until it ends', async () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'pipe-'))
    try {
      writeFileSync(path.join(directory, 'words.txt'), 'found')
      const options = { workingDir: directory, separateWorkingDir: true, bufferSize: 1 }
      const printed = await numbers(2, 2).pipe(['sh', '-c', 'pwd; cat words.txt; echo; cat'], options).collect()
      const [first, found, one, second] = printed
      assert.deepEqual([found, one, printed.length], ['found', '1', 6])
      assert.match(first!, /\/tasks\/[0-9a-f-]{36}$/)
      assert.notEqual(first, second)
      assert.deepEqual(readdirSync(path.join(directory, 'tasks')), [])
      assert.throws(() => numbers(1, 1).pipe('cat', { bufferSize: 0 }), /bufferSize \(0\)/)
    } finally {
      rmSync(directory, { recursive: true })
    }
  })
})
