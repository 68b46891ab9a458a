import { type DataFile, dataFile } from './data-file.ts'
import { randomFrom } from './random.ts'

export interface WordFacts {
  readonly words: number
  readonly distinctWords: number
  readonly bytes: number
}

const SEED = 12345
const VOCABULARY = 50_000
const WORDS_PER_LINE = 10

/**
 * Lines of ten words, chosen so that few words are frequent and many are rare. The full file, of 2 M lines, has 20 M words, 44,285
 * distinct, and 138 MB.
 */
export function wordFile(lines: number): DataFile<WordFacts> {
  return dataFile(`words-${lines}.txt`, (line) => {
    const random = randomFrom(SEED)
    const vocabulary = Array.from({ length: VOCABULARY }, () => {
      const length = 2 + Math.floor(random() * 9)
      let word = ''
      for (let i = 0; i < length; i++) word += String.fromCharCode(97 + Math.floor(random() * 26))
      return word
    })
    const isUsed = new Uint8Array(VOCABULARY)
    let bytes = 0
    for (let i = 0; i < lines; i++) {
      let text = ''
      for (let j = 0; j < WORDS_PER_LINE; j++) {
        const index = Math.floor(VOCABULARY * random() ** 3)
        isUsed[index] = 1
        text += j === 0 ? vocabulary[index] : ` ${vocabulary[index]}`
      }
      bytes += text.length + 1
      line(text)
    }
    // Short words occur in the vocabulary more than once.
    const distinctWords = new Set(vocabulary.filter((_, index) => isUsed[index] === 1)).size
    return { words: lines * WORDS_PER_LINE, distinctWords, bytes }
  })
}
