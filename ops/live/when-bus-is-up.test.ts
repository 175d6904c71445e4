import { expect, test } from 'vitest'
import { type ExitReason, OperatingError } from '../../schemas/operating-error.ts'
import { whenBusIsUp } from './when-bus-is-up.ts'

function fault(code: string, reason: ExitReason = 'unavailable'): OperatingError {
  return new OperatingError({ code, reason, what: 'It is away.', where: 'there' })
}

/** Fails with each in turn, then joins. */
function joining(faults: readonly unknown[], wait_ms?: number, signal?: AbortSignal) {
  const told: string[] = []
  let attempts = 0
  const joined = whenBusIsUp({
    attempt: async () => {
      if (attempts++ < faults.length) throw faults[attempts - 1]
      return 'joined'
    },
    ...(wait_ms !== undefined && { wait_ms }),
    signal,
    onAway: ({ code }) => told.push(code),
  })
  return { joined, told, attempts: () => attempts }
}

test('[N15] a server that is away is asked again, and it is told once', async () => {
  const away = ['nats.unreachable', 'lease.unreachable', 'journal.copy_unreachable'].map((code) =>
    fault(code),
  )
  const { joined, told } = joining(away)
  expect(await joined).toBe('joined')
  expect(told).toEqual(['nats.unreachable'])
})

test.each([
  fault('lease.held'),
  fault('nats.not_authorized'),
  fault('lease.unreachable', 'usage'),
  new Error('a bug'),
])('[N15] what waiting cannot mend is refused at once: %s', async (error) => {
  const { joined, told, attempts } = joining([error])
  await expect(joined).rejects.toBe(error)
  expect([told, attempts()]).toEqual([[], 1])
})

test('[N15] a server that stays away is given up, with what it said last', async () => {
  const last = fault('nats.unreachable')
  const { joined, attempts } = joining([fault('nats.unreachable'), last, fault('nats.unreachable')], 200)
  await expect(joined).rejects.toBe(last)
  expect(attempts()).toBe(2)
})

test('[N15] a wait that nobody wants any more ends with the reason given', async () => {
  const ending = new AbortController()
  const { joined, attempts } = joining([fault('nats.unreachable')], undefined, ending.signal)
  ending.abort('told to stop')
  await expect(joined).rejects.toBe('told to stop')
  expect(attempts()).toBe(1)
})
