import { unreachable } from '../../schemas/assert.ts'
import type { WhyEvent } from './why-event.ts'

/** What an event is about, in a word. */
export function told(event: WhyEvent): string {
  switch (event.kind) {
    case 'input':
      return event.input.type
    case 'decision':
      return event.handler
    case 'gate':
      return event.refused
    case 'effect':
      return event.command.type
    case 'fact':
      return event.fact.type
    case 'denied':
      return event.denial.reason_code
    default:
      return unreachable(event)
  }
}
