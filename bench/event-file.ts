import { type DataFile, dataFile } from './data-file.ts'
import { randomFrom } from './random.ts'

export interface EventFacts {
  readonly events: number
  /** Distinct users of events that are no views. */
  readonly users: number
  /** Sum of `cents` over events that are no views. */
  readonly cents: number
  readonly bytes: number
}

const SEED = 2024
const USERS = 10_000
const TYPES = ['view', 'click', 'purchase', 'search'] as const
const COUNTRIES = ['de', 'fr', 'us', 'gb', 'jp', 'br', 'in', 'ng', 'se', 'pl'] as const

/** JSON events of a shop, one a line, about 200 bytes long. */
export function eventFile(events: number): DataFile<EventFacts> {
  return dataFile(`events-${events}.jsonl`, (line) => {
    const random = randomFrom(SEED)
    const below = (limit: number): number => Math.floor(random() * limit)
    const users = new Set<string>()
    let bytes = 0
    let cents = 0
    for (let i = 0; i < events; i++) {
      const event = {
        id: i,
        type: TYPES[below(TYPES.length)],
        user: `user-${below(USERS)}`,
        time: 1_700_000_000_000 + i * 17,
        cents: below(100_000),
        country: COUNTRIES[below(COUNTRIES.length)],
        page: { url: `/shop/${below(300)}/item/${below(100_000)}`, ms: below(900) },
        session: `${below(1e9)}-${below(1e9)}`,
        isNew: random() < 0.1,
        tags: [`tag-${below(100)}`, `tag-${below(100)}`],
      }
      const text = JSON.stringify(event)
      bytes += text.length + 1
      line(text)
      if (event.type === 'view') continue
      users.add(event.user)
      cents += event.cents
    }
    return { events, users: users.size, cents, bytes }
  })
}
