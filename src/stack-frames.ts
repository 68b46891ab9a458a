import { fileURLToPath } from 'node:url'

/** The folder of the library's modules. Its tests are the user's side of the library. */
const LIBRARY_URL = new URL('.', import.meta.url).href
const LIBRARY_FOLDER = fileURLToPath(LIBRARY_URL)
const TEST_FILE = /\.test\.[cm]?[jt]s\b/
const FRAME = /^\s+at /
/** Frames of Node's own modules, and of functions that have no place: `at new Promise (<anonymous>)`, `at Array.map (<anonymous>)`. */
const OF_RUNTIME = /\(?node:[\w/]+:\d+|\((?:<anonymous>|native)\)$|^\s+at (?:async )?<anonymous>$/

let showsAll = process.env.MILLSTREAM_FULL_STACKS === 'true'

/** Whether stacks keep the frames of the library and of Node: `millstream.errors.fullStacks`. */
export function setFullStacks(all: boolean): void {
  showsAll = all
}

/** What {@link setFullStacks} set; at first whether the environment has `MILLSTREAM_FULL_STACKS=true`. */
export function hasFullStacks(): boolean {
  return showsAll
}

/** Whether a line of a stack is a frame of the library itself. */
export function isLibraryFrame(line: string): boolean {
  return (line.includes(LIBRARY_URL) || line.includes(LIBRARY_FOLDER)) && !TEST_FILE.test(line)
}

/**
 * Takes the frames of the library and of Node out of a stack, so that the user's own lines stand first. A stack without a line of the user stays as it
 * is: there is nothing better to show.
 */
export function foldStack(stack: string): string {
  if (showsAll) return stack
  const lines = stack.split('\n')
  const kept = lines.filter((line) => !FRAME.test(line) || !(isLibraryFrame(line) || OF_RUNTIME.test(line)))
  return kept.some((line) => FRAME.test(line)) ? kept.join('\n') : stack
}

/**
 * Folds the stack that an error has. Where no frame is the user's, the frames of the library are kept unless another error was the cause, whose frames tell
 * more, or `isOurs` says that the error is one of this library, whose message names the place.
 * Errors whose stack cannot be read or written stay as they are.
 */
export function foldStackOf(error: unknown, isOurs = false): void {
  if (showsAll || !(error instanceof Error)) return
  try {
    const { stack } = error
    if (typeof stack !== 'string') return
    const folded = foldStack(stack)
    if (folded !== stack) error.stack = folded
    else if ((isOurs || error.cause !== undefined) && isLibraryFrame(stack)) {
      error.stack = stack
        .split('\n')
        .filter((line) => !FRAME.test(line))
        .join('\n')
    }
  } catch {
    // A frozen error, or one whose getter throws.
  }
}

/** An error may be its own cause; causes beyond this depth are not looked at. */
const MAX_CAUSES = 16

/** Folds the stacks of an error and of its causes, where they were made: on a machine whose library lies elsewhere than the driver's. */
export function foldStacksOf(error: unknown): void {
  for (let at = error, depth = 0; at instanceof Error && depth < MAX_CAUSES; at = at.cause, depth++) foldStackOf(at)
}
