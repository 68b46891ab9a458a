/** Where a part of a plan comes from: a place in SQL text, or the user's call. */
export interface Origin {
  /** The SQL text; absent for what DataFrame calls made. */
  readonly sqlText?: string
  /** The first character of the part in the text, from 0, and the one behind its last. */
  readonly start?: number
  readonly stop?: number
  /** The user's call: `select at app.ts:12:3`. */
  readonly callSite?: string
}
