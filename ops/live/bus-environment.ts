import type { Config } from '../../schemas/config/config.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { type BusEnvironment, parseBusEnvironment } from '../../schemas/subjects.ts'

/** First words of a session's subjects on the bus. */
export function environmentOf({ live }: Config): BusEnvironment {
  const env = parseBusEnvironment(live.environment)
  if (env !== undefined) return env
  throw new OperatingError({
    code: 'config.bad_environment',
    reason: 'usage',
    what: `"${live.environment}" is no first word of subjects on the bus.`,
    where: 'live.environment',
    remedy: 'Use paper, live, or what orrery nats up was told.',
  })
}
