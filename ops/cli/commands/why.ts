import { OperatingError } from '../../../schemas/operating-error.ts'
import type { Call, Command, Outcome } from '../command.ts'

export const command: Command = {
  name: 'why',
  summary: 'Tell why an order came about, and what became of it.',
  usage: 'ORDER',
  description: `
Runs a live session's journal again, of one that runs up to what is durable now, and tells one order's story from it: the input
it was decided on, the handler with its indicators, state and what it asked for, every check of the gate with its value and
limit, what was held, recorded and sent, what the venue said, and each fill with the position after it. ORDER is any client
order id of it, or account/strategy/counter, which also names an order that was denied.`,
  arguments_min: 1,
  arguments_max: 1,
  options: {
    session: {
      type: 'string',
      value: 'SESSION',
      description: 'Name under ./runs or folder (default: the session that the client order id begins with).',
    },
  },
  examples: [
    {
      line: 'orrery why first-1-ema-3',
      what: 'the third order of ema, asked for in epoch 1 of the session first',
    },
    {
      line: 'orrery why main/ema/4 --session first',
      what: 'by account, strategy and counter: also where it was denied',
    },
  ],
  run: why,
}

async function why(call: Call): Promise<Outcome> {
  const { requireSession } = await import('../../session/session-journal.ts')
  const { whyOrder } = await import('../../session/why-order.ts')
  const { whyText } = await import('../../session/why-text.ts')
  const [order = ''] = call.arguments
  const { journal, where } = await requireSession(call.text('session') ?? sessionIn(order), 'orrery why')
  try {
    const chain = await whyOrder(journal, where, order)
    return { json: plain(chain), text: whyText(chain) }
  } finally {
    await journal.close()
  }
}

/** Client order ids begin with their session, which has no dash in it; other names of an order do not say it. */
function sessionIn(order: string): string {
  if (!order.includes('/')) return order.split('-')[0] ?? ''
  throw new OperatingError({
    code: 'why.no_session',
    reason: 'usage',
    what: `${order} names an order, and not the session it is of.`,
    where: 'ORDER',
    remedy: `Add it: orrery why ${order} --session first. orrery sessions lists them.`,
  })
}

/** Amounts of money as decimal texts: JSON has no number for them. */
function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part)),
  )
}
