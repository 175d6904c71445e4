import { userInfo } from 'node:os'
import { OperatingError } from '../../../schemas/operating-error.ts'
import type { HaltAnswer, TradeAnswer } from '../../../sim/paper-venue/market-desk.ts'
import type { Call, Command, Outcome } from '../command.ts'

export const command: Command = {
  name: 'market',
  summary: 'Act upon a simulated market as its operator: bust or correct a trade, halt an instrument.',
  usage: 'bust | correct SESSION EXECUTION_ID | halt | resume SESSION INSTRUMENT',
  description: `
Does to the market of a running paper session what an exchange's own desk would. SESSION is its name or folder; of an exchange
in a process of its own, the folder of its ledger. EXECUTION_ID is a trade as orrery why prints it.
bust: the trade did not happen (FIX ExecType H). correct: it was at another price, or for less (G).
halt: the instrument does not trade until resume, over restarts and whatever else the configuration says; then it opens with an
auction, where its calendar has it open and nothing else halts it.
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
    { line: 'orrery market halt first EURUSD.fxcm', what: 'until orrery market resume' },
  ],
  run: (call) => {
    const [action = ''] = call.arguments
    if (action === 'halt' || action === 'resume') return halt(call, action)
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

async function halt(call: Call, act: HaltAnswer['act']): Promise<Outcome> {
  const [, , instrument_id = ''] = call.arguments
  if (call.text('price') !== undefined || call.text('quantity') !== undefined) throw unfitValues(act)
  const answer = (await ask(call, { act, instrument_id })) as HaltAnswer
  const { was_done_before, status } = answer
  const what = act === 'halt' ? 'halted' : 'let go'
  const text = `${answer.instrument_id} ${was_done_before ? 'was, before this,' : 'is'} ${what}; its status is ${status}.\n`
  return { json: answer, text }
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
    remedy: 'Write bust, correct, halt or resume before the session.',
  })
}

function unfitValues(action: string): OperatingError {
  const isCorrection = action === 'correct'
  return new OperatingError({
    code: 'market.unfit_values',
    reason: 'usage',
    what: isCorrection
      ? 'A correction is of a price, of a quantity, or of both.'
      : 'Only a correction has a price or a quantity.',
    where: '--price, --quantity',
    remedy: isCorrection ? 'Give --price, --quantity, or both.' : 'Leave them out, or write correct.',
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
