// The configuration in a journal's header, complete for today's code. Keys that came later are filled in with their
// defaults, which always mean what the code did before it had the key. What one that is left out meant otherwise under an
// earlier behaviour is said in so many words.

import Value from 'typebox/value'
import { BEHAVIOUR, BEHAVIOUR_UNNAMED, SINCE_BEHAVIOUR } from '../schemas/behaviour.ts'
import { Config } from '../schemas/config/config.ts'
import { OperatingError } from '../schemas/operating-error.ts'

/** @param where the journal, for people. */
export function storedConfig(stored: Config, behaviour: number, where: string | undefined): Config {
  return asMeant(completed(stored, where), behaviour)
}

function completed(stored: Config, where: string | undefined): Config {
  if (Value.Check(Config, stored)) return stored
  const filled = Value.Default(Config, Value.Clone(stored))
  if (Value.Check(Config, filled)) return filled
  const [problem] = Value.Errors(Config, filled)
  throw new OperatingError({
    code: 'journal.other_configuration',
    reason: 'data',
    what: `The journal holds a configuration that this build does not read: ${problem?.instancePath ?? ''} ${problem?.message ?? ''}.`,
    where,
    remedy: 'Use the build that wrote it.',
  })
}

/** A configuration of a behaviour as those of today say the same. */
export function asMeant(config: Config, behaviour: number): Config {
  if (behaviour >= SINCE_BEHAVIOUR.venue_keeps_links) return config
  const venues = config.venues.map((venue) => ({
    ...venue,
    simulation: { takes: 'all' as const, ...venue.simulation },
  }))
  return { ...config, venues }
}

/** Under which behaviour a journal is run again; refused where only a later build knows it. */
export function storedBehaviour(stored: number | undefined, where: string | undefined): number {
  const behaviour = stored ?? BEHAVIOUR_UNNAMED
  if (behaviour <= BEHAVIOUR) return behaviour
  throw new OperatingError({
    code: 'journal.later_behaviour',
    reason: 'data',
    what: `The journal was written under behaviour ${behaviour}; this build knows those up to ${BEHAVIOUR}.`,
    where,
    remedy: 'Use a build at least as new as the one that wrote it.',
  })
}
