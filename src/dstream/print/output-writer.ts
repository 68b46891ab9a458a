/** Where `print` and `pprint` write; anything with a `write`, such as a stream. */
export interface OutputWriter {
  /** Takes whole lines, their ends included; what it returns is ignored. */
  write(text: string): unknown
}

/** The process's standard output, looked up at each write so that a replaced one is used. */
export const standardOutput: OutputWriter = { write: (text) => process.stdout.write(text) }
