import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { programEnvironment } from '../examples/run-example.ts'
import { codeBlocks, ROOT } from './code-blocks.ts'

/** What a REPL prints for each line, which is typed in when the prompt has come back. */
async function typeInto(args: readonly string[], lines: readonly string[]): Promise<string[]> {
  const child = spawn(process.execPath, [...args, '-i'], { cwd: ROOT, env: programEnvironment() })
  child.stdout.setEncoding('utf8')
  const answers: string[] = []
  let output = ''
  const prompt = async () => {
    while (!output.endsWith('> ')) output += String((await once(child.stdout, 'data'))[0])
    const answer = output.slice(0, -'> '.length).trim()
    output = ''
    return answer
  }
  await prompt()
  for (const line of lines) {
    child.stdin.write(`${line}\n`)
    answers.push(await prompt())
  }
  child.stdin.end()
  await once(child, 'exit')
  return answers
}

for (const [name, args] of [
  ['node', []],
  ['tsx', ['--import', 'tsx', 'node_modules/tsx/dist/cli.mjs']],
] as const) {
  test(`the session of docs/repl.md goes as it says in the REPL of ${name}`, async () => {
    const session = (await codeBlocks('docs/repl.md'))
      .find(({ code }) => code.startsWith('> '))!
      .code.trimEnd()
      .split('\n')
    const lines = session.filter((line) => line.startsWith('> ')).map((line) => line.slice(2))
    const promised = session.flatMap((line, at) =>
      line.startsWith('> ') ? [session[at + 1]?.startsWith('> ') === false ? session[at + 1]! : ''] : [],
    )
    const answers = await typeInto(args, lines)
    for (const [at, promise] of promised.entries()) if (promise !== '') assert.equal(answers[at], promise, lines[at])
    assert.equal(promised.filter((promise) => promise !== '').length, 3)
  })
}
