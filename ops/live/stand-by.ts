// A standby: follows the copy of a node's journal until the node's lease is free, takes the lease, and hands over a journal
// that the ordinary start-up opens. What the other published before its lease ended is then here; what it publishes
// later is fenced.

import { awaitLease } from '../../adapters/nats/acquire-lease.ts'
import { connectNats } from '../../adapters/nats/connect.ts'
import { followJournal, type JournalFollower } from '../../adapters/nats/journal-follower.ts'
import { STANDBY_ROLE } from '../../adapters/nats/roles.ts'
import type { ServerDoubt } from '../../adapters/nats/server-check.ts'
import { streamName } from '../../adapters/nats/streams.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { BUS_SUBJECT } from '../../schemas/subjects.ts'
import { busSignIn } from '../nats/bus-sign-in.ts'
import { environmentOf } from './bus-environment.ts'
import { type HeldLease, leaseOptions, type SessionBusOptions } from './session-bus.ts'
import { StandbySnapshots } from './standby-snapshots.ts'
import { whenBusIsUp } from './when-bus-is-up.ts'

export type StandByOptions = Omit<SessionBusOptions, 'journal' | 'held'> & {
  readonly signal: AbortSignal
  /** What the sources of strategies are relative to. */
  readonly base_directory: string
  readonly print: (line: string) => void
  /** The folder is this process's. */
  readonly onFollowing: () => Promise<void>
}

/** Resolves when the lease is taken and everything the bus held is in the folder. */
export async function standBy(options: StandByOptions): Promise<HeldLease> {
  const { config, place, signal, print, directory, base_directory, onFailure } = options
  const url = refuseUnfit(options)
  const env = environmentOf(config)
  const warn = ({ what, remedy }: ServerDoubt | OperatingError) => print(`WARNING ${what} ${remedy}`)
  const whenUp = <Done>(attempt: () => Promise<Done>) => whenBusIsUp({ attempt, signal, onAway: warn })
  const signIn = { ...busSignIn(config, url, STANDBY_ROLE), money: 'paper', onViolation: onFailure } as const
  const { connection } = await whenUp(() => connectNats({ ...signIn, onDoubt: warn }))
  let follower: JournalFollower | undefined
  const end = () => follower?.end
  const snapshots = new StandbySnapshots({ directory, base_directory, end, print })
  // What cannot be followed any more is not waited for: it could not be taken over.
  const broken = new AbortController()
  try {
    const followed = await whenUp(() =>
      followJournal({
        connection,
        stream: streamName(env, 'journal'),
        subject: BUS_SUBJECT.journal(env, place.name),
        directory,
        onFailure: (error) => broken.abort(error),
      }),
    )
    follower = followed
    await options.onFollowing()
    await whenUp(() => followed.catchUp(signal))
    if (config.durability !== 'replicated') throw notReplicated(followed)
    print(
      `standing by for ${place.name}: ${placeOf(followed)} is here; it takes over when the lease is free.`,
    )
    // The epoch is not known before the other has ended; the claim is for people, the fence is in the journal's copy.
    const epoch = (followed.end?.epoch ?? 0) + 1
    const waiting = AbortSignal.any([signal, broken.signal])
    const lease = await awaitLease(leaseOptions({ ...options, connection, env, epoch }), waiting)
    try {
      await whenUp(() => followed.catchUp(signal))
      await snapshots.close()
      await followed.close()
      print(`${place.name} is taken over: ${placeOf(followed)} was the last that was copied.`)
      return { connection, lease }
    } catch (error) {
      await lease.release()
      throw error
    }
  } catch (error) {
    await snapshots.close()
    await follower?.close()
    await connection.close()
    throw error
  }
}

function placeOf({ end }: JournalFollower): string {
  return end === undefined ? 'nothing' : `epoch ${end.epoch} up to record ${end.last_lsn}`
}

/** Returns the server's address. */
function refuseUnfit({ config: { bus, live }, place }: StandByOptions): string {
  if (place.accounts.length === 0) {
    throw new OperatingError({
      code: 'standby.no_account',
      reason: 'usage',
      what: `The node ${place.name} holds no account, so there is no lease to wait for.`,
      where: '--standby',
      remedy: 'Start the node itself again from its own journal: nothing it said is lost.',
    })
  }
  if (bus === undefined) {
    throw new OperatingError({
      code: 'standby.no_bus',
      reason: 'usage',
      what: 'A standby follows the copy of a journal on a bus, and the configuration names none.',
      where: 'bus',
      remedy: 'Add bus: nats://… and durability: replicated to the configuration of both nodes.',
    })
  }
  if (live.exchange !== undefined) return bus
  throw new OperatingError({
    code: 'standby.exchange_inside',
    reason: 'usage',
    what: 'The exchange of the session is inside the node that a standby would follow, and ends with it.',
    where: 'live.exchange',
    remedy: 'Run orrery exchange in a process of its own, and give its address to both nodes.',
  })
}

/** Orders may have left that are in no copy: nobody but the node itself can know them. */
function notReplicated(follower: JournalFollower): OperatingError {
  return new OperatingError({
    code: 'standby.not_replicated',
    reason: 'usage',
    what: `Under local durability the copy may lack orders that were sent; ${placeOf(follower)} was the last that was copied.`,
    where: 'durability',
    remedy:
      'Start the node itself again from its own journal; a standby needs durability: replicated on both.',
  })
}
