// Signals to a command that has an end of its own to come to.

/** The first signal ends gracefully; the command line's own handler is put aside meanwhile. */
export function onSignals(stop: () => void): () => void {
  const before = new Map<NodeJS.Signals, NodeJS.SignalsListener[]>()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    before.set(signal, process.listeners(signal) as NodeJS.SignalsListener[])
    process.removeAllListeners(signal)
    process.once(signal, stop)
  }
  return () => {
    for (const [signal, listeners] of before) {
      process.removeListener(signal, stop)
      for (const listener of listeners) process.once(signal, listener)
    }
  }
}
