import type { OutputWriter } from '../dstream/print/output-writer.ts'

/** Keeps what `print` and `pprint` write: give it to a StreamingContext as its `output`. */
export class TextOutput implements OutputWriter {
  #text = ''

  write(text: string): void {
    this.#text += text
  }

  /** All that was written so far. */
  get text(): string {
    return this.#text
  }
}
