import { Inspector, type ScriptDescription } from './inspector.ts'

const USE_STRICT = /^(?:\s|\/\/[^\n]*\n|\/\*[\s\S]*?\*\/|#![^\n]*\n|[({]|(?:function|async)\b[^{]*)*(['"])use strict\1/

/** The scripts of this process, learnt from V8 when one is met that is not known yet. */
export class Scripts {
  static readonly shared: Scripts = new Scripts()

  readonly #byId = new Map<string, ScriptDescription>()
  readonly #idByUrl = new Map<string, string>()
  readonly #idByFile = new Map<string, string>()
  readonly #sources = new Map<string, string>()

  /** Returns the known data of a script. Asks V8 for its scripts again when the script is new. */
  byId(scriptId: string): ScriptDescription | undefined {
    if (!this.#byId.has(scriptId)) this.#learn()
    return this.#byId.get(scriptId)
  }

  #learn(): void {
    for (const { scriptId: id, url, isModule, sourceMapURL, startLine, startColumn } of Inspector.shared.scripts()) {
      if (this.#byId.has(id)) continue
      this.#byId.set(id, { scriptId: id, url, isModule, sourceMapURL, startLine, startColumn })
      if (url === '') continue
      this.#idByUrl.set(url, id)
      this.#idByFile.set(url.replace(/[?#].*$/, ''), id)
    }
  }

  /** The script of a URL, which runs now; V8 is asked for one that is not known yet. */
  running(url: string): ScriptDescription | undefined {
    if (!this.#idByUrl.has(url)) this.#learn()
    return this.byUrl(url)
  }

  /** The latest known script of a URL. */
  byUrl(url: string): ScriptDescription | undefined {
    const id = this.#idByUrl.get(url)
    return id === undefined ? undefined : this.#byId.get(id)
  }

  /** The latest known script of a file, whatever query its URL has. */
  byFile(url: string): ScriptDescription | undefined {
    const id = this.#idByFile.get(url)
    return id === undefined ? undefined : this.#byId.get(id)
  }

  /** Whether a script starts with 'use strict', as compiled CommonJS does. */
  isStrict(scriptId: string): boolean {
    return USE_STRICT.test(this.source(scriptId))
  }

  /** The text of a script. */
  source(scriptId: string): string {
    let text = this.#sources.get(scriptId)
    if (text === undefined) {
      text = Inspector.shared.sources([scriptId])[0] ?? ''
      this.#sources.set(scriptId, text)
    }
    return text
  }
}
