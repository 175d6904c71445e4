// The server a configuration names as its bus: whether it answers the trading node's key, and what it is fit for.

import { connectNats } from '../../adapters/nats/connect.ts'
import { TRADING_ROLE } from '../../adapters/nats/roles.ts'
import type { Config } from '../../schemas/config/config.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { busSignIn } from '../nats/bus-sign-in.ts'
import { type Finding, faulty, well } from './check.ts'

const NAME = 'bus'

/** Nothing where the configuration names no bus. */
export async function checkNats(config: Config): Promise<Finding[]> {
  const { bus } = config
  if (bus === undefined) return []
  try {
    const { connection, server } = await connectNats({
      ...busSignIn(config, bus, TRADING_ROLE),
      money: 'paper',
      // The doubts are in what comes back.
      onDoubt: () => undefined,
      onViolation: (fault) => {
        throw fault
      },
    })
    await connection.close()
    const doubts = server.doubts.map(({ what }) => what).join(' ')
    const fitness = doubts === '' ? 'acknowledges what is on the disk' : `fit for paper only: ${doubts}`
    return [well(NAME, `${bus}, nats-server ${server.version}, ${fitness}`)]
  } catch (error) {
    if (!(error instanceof OperatingError)) throw error
    const { what, where, remedy } = error
    return [faulty(NAME, where === undefined ? what : `${what} (${where})`, remedy ?? '')]
  }
}
