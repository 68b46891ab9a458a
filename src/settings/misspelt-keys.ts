import { SETTINGS } from './registry.ts'

/** A key that no setting has, and the setting that it was probably meant for. */
export interface MisspeltKey {
  readonly key: string
  readonly nearest: string
}

/** Only keys with these beginnings are compared. Other keys belong to the user's own program. */
const COMPARED_PREFIXES = ['spark.', 'millstream.'] as const
/** A key counts as misspelt when at most this many letters are missing, added, wrong or swapped. Upper and lower case count as equal. */
const MAX_WRONG_LETTERS = 2

const KNOWN_KEYS = SETTINGS.flatMap(({ key, olderKeys }) => [key, ...olderKeys])

/** Returns the keys that Millstream does not know and that look like one of its settings. */
export function misspeltKeys(keys: Iterable<string>): MisspeltKey[] {
  return [...keys].flatMap((key) => {
    const isCompared = COMPARED_PREFIXES.some((prefix) => key.startsWith(prefix)) && !KNOWN_KEYS.includes(key)
    const nearest = isCompared ? nearestKey(key) : undefined
    return nearest === undefined ? [] : [{ key, nearest }]
  })
}

function nearestKey(key: string): string | undefined {
  const candidates = KNOWN_KEYS.map((known) => ({ known, wrong: wrongLetters(key.toLowerCase(), known.toLowerCase()) }))
  const best = candidates.reduce((one, other) => (other.wrong < one.wrong ? other : one))
  return best.wrong <= MAX_WRONG_LETTERS ? best.known : undefined
}

/** How many letters have to be added, removed, replaced or swapped with their neighbour to make one text the other. */
function wrongLetters(one: string, other: string): number {
  // rows[i][j]: the same of the first i letters of one and the first j of the other.
  const rows = [Array.from({ length: other.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= one.length; i++) {
    const [row, above] = [[i], rows[i - 1]!]
    for (let j = 1; j <= other.length; j++) {
      const isSame = one[i - 1] === other[j - 1]
      const isSwapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]
      const swapped = isSwapped ? rows[i - 2]![j - 2]! + 1 : Number.POSITIVE_INFINITY
      row.push(Math.min(above[j]! + 1, row[j - 1]! + 1, above[j - 1]! + (isSame ? 0 : 1), swapped))
    }
    rows.push(row)
  }
  return rows.at(-1)!.at(-1)!
}
