import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { SessionLoop } from './session-loop.ts'

describe('the loop of a live session', () => {
  it('[N27] commits market data that caused nothing a little later, and all that came meanwhile with it', async () => {
    const { loop, commits, append } = looping()
    append('market data')
    loop.wake()
    await turn()
    append('market data')
    loop.wake()
    await turn()
    expect(commits).toEqual([])
    await vi.advanceTimersByTimeAsync(10)
    expect(commits).toEqual([2])
  })

  it('[N27] commits all else at once, and what waited with it', async () => {
    const { loop, commits, append } = looping()
    append('market data')
    loop.wake()
    await turn()
    append('all else')
    loop.wake()
    await turn()
    expect(commits).toEqual([2])
    await vi.advanceTimersByTimeAsync(10)
    expect(commits).toEqual([2])
  })

  it('[N27] commits at its end what waited for that', async () => {
    const { loop, commits, append } = looping()
    append('market data')
    loop.wake()
    await turn()
    expect(commits).toEqual([])
    await loop.end()
    expect(commits).toEqual([1])
  })

  it('[N28] leaves what a turn has no time for to the next, and goes on by itself', async () => {
    const { loop, left } = looping()
    left.push(15, 15, 15)
    loop.wake()
    await turn()
    expect(left).toEqual([15])
    await turn()
    expect(left).toEqual([])
  })

  it('ends with the failure of the journal, also where no commit is under way', () => {
    const { failures, fail } = looping()
    fail(new Error('the disk is full'))
    expect(failures).toEqual([new Error('the disk is full')])
  })
})

/** The loop takes turns by the platform's `setImmediate`, which stays real. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** A loop over a journal that is durable as soon as it is told; commits are listed by the records they covered. */
function looping() {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const commits: number[] = []
  const failures: unknown[] = []
  const failureListeners: ((failure: Error) => void)[] = []
  /** How long each input takes, milliseconds. */
  const left: number[] = []
  const sequencer = {
    advance: (_: number, isOver: () => boolean = () => false) => {
      for (let busy_ms = left.shift(); busy_ms !== undefined; busy_ms = isOver() ? undefined : left.shift())
        for (const until = performance.now() + busy_ms; performance.now() < until; );
    },
    release: () => {},
    due_us: Number.POSITIVE_INFINITY,
  }
  const writer = { appended_lsn: -1, durable_lsn: -1, urgent_lsn: -1 }
  const loop = new SessionLoop({
    sequencer: {
      ...sequencer,
      get has_input() {
        return left.length > 0
      },
      get urgent_lsn() {
        return writer.urgent_lsn
      },
    },
    writer: {
      get appended_lsn() {
        return writer.appended_lsn
      },
      get durable_lsn() {
        return writer.durable_lsn
      },
      failure: undefined,
      onDurable: () => {},
      onFailure: (listener) => failureListeners.push(listener),
      commit: async () => {
        commits.push(writer.appended_lsn - writer.durable_lsn)
        writer.durable_lsn = writer.appended_lsn
      },
    },
    clock: { now_us: () => 0, untilMs: () => 0 },
    onTurn: () => {},
    onFailure: (error) => failures.push(error),
  })
  const append = (what: 'market data' | 'all else') => {
    writer.appended_lsn++
    if (what === 'all else') writer.urgent_lsn = writer.appended_lsn
  }
  const fail = (failure: Error) => {
    for (const listener of failureListeners) listener(failure)
  }
  return { loop, commits, failures, append, fail, left }
}
