/**
 * Ends the program without a word when the reader of its output has gone, as in `millstream run app.ts | head`. Without this Node throws EPIPE from
 * whichever `console.log` comes next. A program that listens for `error` on its output streams decides for itself.
 */
export function endOnClosedPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    const onError = (error: NodeJS.ErrnoException) => {
      if (stream.listenerCount('error') > 1) return
      if (error.code === 'EPIPE') process.exit()
      throw error
    }
    stream.on('error', onError)
  }
}
