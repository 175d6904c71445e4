// Which order of a session a person means.

import type { ReadableJournal } from '../../adapters/journal-file/file-journal.ts'
import { readEffects } from '../../engine/effect-record.ts'
import { RECORD_KIND } from '../../engine/journal-port.ts'
import { readLiveHeader } from '../../engine/live/live-header.ts'
import { must } from '../../schemas/assert.ts'
import type { Config } from '../../schemas/config/config.ts'
import { parseClientOrderId } from '../../schemas/ids.ts'
import type { VenueCommand } from '../../schemas/messages/order.ts'
import { OperatingError } from '../../schemas/operating-error.ts'

export type OrderName = {
  readonly account_id: string
  readonly strategy_id: string
  readonly counter: number
}

/** @param name a client order id, also one of a cancel or replace, or account/strategy/counter. */
export async function findOrder(
  journal: ReadableJournal,
  where: string,
  name: string,
): Promise<{ readonly order: OrderName; readonly session: string }> {
  const last = must(journal.epochs.at(-1), 'a session has an epoch')
  const { config } = readLiveHeader(last.header, where).contents
  const named = namedBy(name)
  const order = named
    ? await meantBy(journal, named)
    : ((await sentAs(journal, name)) ?? neverSent(config, name))
  if (order === undefined) throw notAName(name)
  return { order, session: config.session }
}

function namedBy(name: string): OrderName | undefined {
  const [, account_id, strategy_id, counter] = /^([^/]+)\/([^/]+)\/(\d+)$/.exec(name) ?? []
  if (account_id === undefined || strategy_id === undefined) return undefined
  return { account_id, strategy_id, counter: Number(counter) }
}

/** The counter may be that of a replace or cancel. */
async function meantBy(journal: ReadableJournal, named: OrderName): Promise<OrderName> {
  const isNamed = ({ account_id, strategy_id, client_order_id }: VenueCommand) =>
    account_id === named.account_id &&
    strategy_id === named.strategy_id &&
    parseClientOrderId(client_order_id)?.counter === named.counter
  return (await orderOf(journal, isNamed)) ?? named
}

/** A request about an order has an id of its own, which says nothing of the order: the command does. */
function sentAs(journal: ReadableJournal, name: string): Promise<OrderName | undefined> {
  return orderOf(journal, ({ client_order_id }) => client_order_id === name)
}

/** The order of the first recorded command that is one of these. */
async function orderOf(
  journal: ReadableJournal,
  isOne: (command: VenueCommand) => boolean,
): Promise<OrderName | undefined> {
  for (const { epoch } of journal.epochs) {
    for await (const { kind, payload } of journal.read(epoch)) {
      if (kind !== RECORD_KIND.effects) continue
      for (const command of readEffects(payload, () => -1).commands) {
        if (!isOne(command)) continue
        const { account_id, strategy_id, counter } = command
        return { account_id, strategy_id, counter }
      }
    }
  }
  return undefined
}

/** An order that was denied, or held and never sent, has the id it would have had. */
function neverSent(config: Config, name: string): OrderName | undefined {
  const parsed = parseClientOrderId(name)
  const account = config.strategies.find(({ id }) => id === parsed?.strategy_id)?.account
  return parsed === undefined || account === undefined ? undefined : { account_id: account, ...parsed }
}

function notAName(name: string): OperatingError {
  return new OperatingError({
    code: 'why.not_an_order',
    reason: 'usage',
    what: `"${name}" names no order of the session.`,
    where: 'ORDER',
    remedy: 'Name a client order id that orrery replay prints, or account/strategy/counter: main/ema/3.',
  })
}
