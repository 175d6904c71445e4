// The faults of a bus, one place for their codes and words.

import type { BusMessage } from '../../engine/bus-port.ts'
import { OperatingError } from '../../schemas/operating-error.ts'

export function busOverloaded(subject: string, pending_max: number): OperatingError {
  return new OperatingError({
    code: 'bus.overloaded',
    reason: 'unavailable',
    what: `${pending_max} messages are on their way to the bus already.`,
    where: subject,
    remedy: 'Publish less, or see why the server is slow.',
  })
}

export function busDeadline(
  { subject, message_id }: BusMessage,
  deadline_ms: number,
  why: string,
): OperatingError {
  return new OperatingError({
    code: 'bus.deadline',
    reason: 'unavailable',
    what: `The bus did not acknowledge message ${message_id} within ${deadline_ms} ms: ${why}. Whether it is stored is unknown.`,
    where: subject,
    remedy: 'Publish the same id again: it is stored once.',
  })
}

export function busUnanswered(stream: string, cause: unknown): OperatingError {
  const said = cause instanceof Error ? cause.message : String(cause)
  return new OperatingError({
    code: 'bus.unanswered',
    reason: 'unavailable',
    what: `The server does not say what the stream holds: ${said}.`,
    where: stream,
    remedy: 'See that the NATS server runs and that orrery nats apply has made its streams.',
    cause,
  })
}

export function busClosed(): OperatingError {
  return new OperatingError({
    code: 'bus.closed',
    reason: 'unavailable',
    what: 'The bus is closed.',
    remedy: 'Start the node again.',
  })
}

export function subscriberFailed(subjects: readonly string[], cause: unknown): OperatingError {
  return new OperatingError({
    code: 'bus.subscriber_failed',
    reason: 'bug',
    what: 'A subscriber failed on a message and is handed nothing more.',
    where: subjects.join(', '),
    remedy: 'Start the node again; the message comes again.',
    cause,
  })
}

export function messagesLost(subjects: readonly string[], count: number): OperatingError {
  return new OperatingError({
    code: 'bus.messages_lost',
    reason: 'unavailable',
    what: `A subscriber was so far behind that ${count} messages were let go before it took them.`,
    where: subjects.join(', '),
    remedy: 'Start the node again, and see why the subscriber is slow.',
  })
}

export function violation(operation: string, subject: string): OperatingError {
  return new OperatingError({
    code: 'bus.permission_violation',
    reason: 'bug',
    what: `This node may not ${operation} ${subject}, and tried to.`,
    where: subject,
    remedy: 'See docs/nats.md for what each role may do.',
  })
}
