// Errors of a strategy's code that nobody catches, because it left a promise or a callback behind: the process would end
// by them as by a bug of the engine.

import { authorLine } from '../../actors/strategy/author-line.ts'

export type StrayError = {
  readonly error: unknown
  /** `file:line` of the author, '' where the stack does not say. */
  readonly line: string
}

/** Hands those errors over until the returned function is called. All others end the process as before. */
export function catchStrayErrors(onStray: (stray: StrayError) => void): () => void {
  process.setUncaughtExceptionCaptureCallback((error: unknown) => {
    const line = authorLine(error)
    if (line !== '' || isRejectedValue(error)) onStray({ error, line })
    else process.emit('uncaughtException', error as Error, 'uncaughtException')
  })
  return () => process.setUncaughtExceptionCaptureCallback(null)
}

/** What Node makes of a promise rejected with no error; the engine rejects with errors alone. */
function isRejectedValue(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_UNHANDLED_REJECTION'
}
