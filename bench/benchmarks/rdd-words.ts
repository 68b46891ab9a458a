import { assertEqual, type Benchmark } from '../benchmark.ts'
import { wordFile } from '../word-file.ts'
import { runRepeated } from './repeated-program.ts'
import type { RepeatedRuns } from './samples.ts'

const LINES = 2_000_000
const SMOKE_LINES = 20_000

interface Result extends RepeatedRuns {
  readonly words: number
  readonly distinctWords: number
  readonly bytes: number
}

export const rddWords: Benchmark = {
  name: 'rdd-words',
  title: 'word count of 20 M words in a text file, RDDs, local[2]',
  async run(options) {
    const { path, facts } = wordFile(options.isSmoke ? SMOKE_LINES : LINES)
    return runRepeated<Result>(
      {
        program: 'rdd-words',
        sparkProgram: 'RddWords',
        file: path,
        records: facts.words,
        unit: 'words',
        check(result) {
          assertEqual('the count of distinct words', result.distinctWords, facts.distinctWords)
          assertEqual('the count of words', result.words, facts.words)
          assertEqual('the count of bytes', result.bytes, facts.bytes)
        },
      },
      options,
    )
  },
}
