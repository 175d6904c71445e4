import { userInfo } from 'node:os'
import { OperatingError } from '../../../schemas/operating-error.ts'
import type { TradeAnswer } from '../../../sim/paper-venue/market-desk.ts'
import type { Call, Command, Outcome } from '../command.ts'

export const command: Command = {
  name: 'market',
  summary: 'Act upon a simulated market as its operator: take a trade back, or correct it.',
  usage: 'bust SESSION EXECUTION_ID | correct SESSION EXECUTION_ID',
  description: `
Does to the market of a running paper session what an exchange's own desk would. SESSION is its name or folder; of an exchange
in a process of its own, the folder of its ledger. EXECUTION_ID is a trade as orrery why prints it.
bust: the trade did not happen (FIX ExecType H). correct: it was at another price, or for less (G).
The act is in the exchange's ledger before it is answered, and reported like every trade. Given again, it is answered as
before and nothing is done.`,
  arguments_min: 3,
  arguments_max: 3,
  options: {
    price: { type: 'string', value: 'P', description: 'correct: what the trade was at.' },
    quantity: { type: 'string', value: 'Q', description: 'correct: what it was for, no more than before.' },
    reason: { type: 'string', value: 'TEXT', description: 'Kept with the act and told with its report.' },
  },
  examples: [
    { line: 'orrery market bust first fxcm-12', what: 'take the trade back' },
    {
      line: 'orrery market correct first fxcm-12 --price 1.08410 --reason "clearly erroneous"',
      what: 'at another price',
    },
  ],
  run: (call) => {
    const [action = ''] = call.arguments
    const act = ACTS.get(action)
    if (act === undefined) throw unknownAction(action)
    return trade(call, act)
  },
}

const ACTS: ReadonlyMap<string, TradeAnswer['act']> = new Map([
  ['bust', 'trade_cancel'],
  ['correct', 'trade_correct'],
])

async function trade(call: Call, act: TradeAnswer['act']): Promise<Outcome> {
  const [action = '', , execution_id = ''] = call.arguments
  const price = call.text('price') ?? ''
  const quantity = call.text('quantity') ?? ''
  const isChange = price !== '' || quantity !== ''
  if (isChange !== (act === 'trade_correct')) throw unfitValues(action)
  const answer = (await ask(call, { act, execution_id, price, quantity })) as TradeAnswer
  return { json: answer, text: `${textOf(answer)}\n` }
}

async function ask(call: Call, request: Readonly<Record<string, string>>): Promise<unknown> {
  const { askSession, STATUS_TIMEOUT_MS } = await import('../../live/control-socket.ts')
  const { findMarket } = await import('../../live/session-folder.ts')
  const [, name = ''] = call.arguments
  const folder = await findMarket(name)
  const reason = call.text('reason') ?? ''
  const operator = userInfo().username
  const answer = await askSession(
    folder,
    { command: 'market', ...request, operator, reason },
    STATUS_TIMEOUT_MS,
  )
  if (answer === undefined) throw notRunning(name)
  return answer
}

function textOf(answer: TradeAnswer): string {
  const { act, execution_id, taken_by, client_order_id, instrument_id, price, quantity } = answer
  const when = answer.was_done_before ? 'was, before this,' : 'is'
  const what = act === 'trade_cancel' ? 'taken back' : `corrected to ${quantity} at ${price}`
  return `${execution_id} of ${client_order_id} in ${instrument_id} ${when} ${what} by ${taken_by}.`
}

function unknownAction(action: string): OperatingError {
  return new OperatingError({
    code: 'market.unknown_action',
    reason: 'usage',
    what: `"${action}" is nothing that orrery market does.`,
    where: action,
    remedy: 'Write bust or correct before the session.',
  })
}

function unfitValues(action: string): OperatingError {
  return new OperatingError({
    code: 'market.unfit_values',
    reason: 'usage',
    what:
      action === 'bust'
        ? 'A trade that is taken back has no price and no quantity.'
        : 'A correction is of a price, of a quantity, or of both.',
    where: '--price, --quantity',
    remedy: action === 'bust' ? 'Leave them out, or write correct.' : 'Give --price, --quantity, or both.',
  })
}

/** It may have taken the act in and ended before it answered. */
function notRunning(name: string): OperatingError {
  return new OperatingError({
    code: 'market.not_running',
    reason: 'unavailable',
    what: `${name} is not running, or ended before it answered.`,
    where: name,
    remedy: 'Start it and give the command again: what it took in before is not done twice.',
  })
}
