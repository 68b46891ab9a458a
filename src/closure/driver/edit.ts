/** A change of a function's text: `[start, end)` becomes `text`. Offsets are those of the function's own text. */
export interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}
