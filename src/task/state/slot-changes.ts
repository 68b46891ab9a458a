import { NumberList } from './number-list.ts'

/** How to get from one version's content to a neighbour's: what each slot held. A slot's key and value stand in the lists unless they were in the table's file. */
export interface SlotChanges {
  readonly slots: NumberList
  /** When each slot was updated; NaN for a vacant slot. */
  readonly times: NumberList
  /** Where the slot's entry stood in the table's file, or -1 when it is in the next place of `keys` and `values`. */
  readonly locations: NumberList
  readonly keys: unknown[]
  readonly values: unknown[]
}

export function noChanges(): SlotChanges {
  return { slots: new NumberList(), times: new NumberList(), locations: new NumberList(), keys: [], values: [] }
}
