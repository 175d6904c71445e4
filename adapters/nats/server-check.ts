// What a server is, as far as it can be asked. A client learns the version when it connects. Whether acknowledged
// messages are on the disk only the server's own settings tell, and they are asked for on a subject of the system
// account that the generated configuration lets every role use; a server set up otherwise does not answer.

import {
  type NatsConnection,
  NoRespondersError,
  PermissionViolationError,
  RequestError,
  type ServerInfo,
  TimeoutError,
} from '@nats-io/transport-node'
import Type, { type Static } from 'typebox'
import Value from 'typebox/value'
import { OperatingError } from '../../schemas/operating-error.ts'
import { SERVER_SETTINGS_SUBJECT } from './roles.ts'
import { isOldServer, NATS_SERVER_VERSION_MIN } from './server-version.ts'
import { MAX_PAYLOAD_BYTES } from './streams.ts'

const SETTINGS_TIMEOUT_MS = 2_000
/** In a cluster every server answers; when none has for this long, all have. */
const LAST_ANSWER_MS = 300

const UNANSWERED = [NoRespondersError, PermissionViolationError, RequestError, TimeoutError]

const SettingsAnswer = Type.Object({
  server: Type.Object({ name: Type.String(), ver: Type.String() }),
  data: Type.Object({
    jetstream: Type.Optional(
      Type.Object({ config: Type.Optional(Type.Object({ sync_always: Type.Optional(Type.Boolean()) })) }),
    ),
  }),
})
type SettingsAnswer = Static<typeof SettingsAnswer>

export type SyncSetting = 'always' | 'lazy' | 'unknown'

export type ServerDoubt = {
  readonly code: 'nats.server_old' | 'nats.sync_lazy' | 'nats.sync_unknown' | 'nats.payload_small'
  readonly what: string
  readonly remedy: string
}

export type ServerCheck = {
  /** The oldest of the cluster's. */
  readonly version: string
  /** The laziest of the cluster's. */
  readonly sync: SyncSetting
  readonly max_payload_bytes: number
  /** Why it is not fit for real money, the gravest first. */
  readonly doubts: readonly ServerDoubt[]
}

/** Rejects where the server has no JetStream, with which nothing works. */
export async function serverCheck(connection: NatsConnection): Promise<ServerCheck> {
  const { info } = connection
  if (info === undefined || info.jetstream !== true) throw noJetStream(connection.getServer())
  const answers = await serverSettings(connection, info)
  const versions = [info.version, ...answers.map(({ server }) => server.ver)]
  const version = versions.find(isOldServer) ?? info.version
  const sync = syncSetting(answers)
  const max_payload_bytes = info.max_payload
  const doubts = [...versionDoubts(version), ...syncDoubts(sync), ...payloadDoubts(max_payload_bytes)]
  return { version, sync, max_payload_bytes, doubts }
}

/** One answer per server that keeps messages; none where the subject leads nowhere or may not be used. */
async function serverSettings(connection: NatsConnection, info: ServerInfo): Promise<SettingsAnswer[]> {
  const isAlone = info.cluster === undefined
  const answers: SettingsAnswer[] = []
  try {
    const replies = await connection.requestMany(SERVER_SETTINGS_SUBJECT, '', {
      maxWait: SETTINGS_TIMEOUT_MS,
      ...(isAlone ? { strategy: 'count', maxMessages: 1 } : { strategy: 'stall', stall: LAST_ANSWER_MS }),
    })
    for await (const reply of replies) {
      const answer: unknown = reply.json()
      if (Value.Check(SettingsAnswer, answer) && answer.data.jetstream !== undefined) answers.push(answer)
    }
    return answers
  } catch (error) {
    // No one answers, or the role may not ask: nothing is known, which counts as the worse.
    if (UNANSWERED.some((kind) => error instanceof kind)) return []
    throw error
  }
}

function syncSetting(answers: readonly SettingsAnswer[]): SyncSetting {
  if (answers.length === 0) return 'unknown'
  return answers.every(({ data }) => data.jetstream?.config?.sync_always === true) ? 'always' : 'lazy'
}

function versionDoubts(version: string): ServerDoubt[] {
  if (!isOldServer(version)) return []
  const what = `The NATS server is ${version}, older than ${NATS_SERVER_VERSION_MIN}: such servers lost messages they had acknowledged.`
  return [{ code: 'nats.server_old', what, remedy: 'Run a newer nats-server.' }]
}

function syncDoubts(sync: SyncSetting): ServerDoubt[] {
  if (sync === 'always') return []
  const remedy = 'Set sync_interval: always in the server’s jetstream section, as orrery nats up does.'
  return sync === 'lazy'
    ? [
        {
          code: 'nats.sync_lazy',
          what: 'The NATS server acknowledges messages before they are on the disk.',
          remedy,
        },
      ]
    : [
        {
          code: 'nats.sync_unknown',
          what: 'The NATS server does not tell whether acknowledged messages are on the disk.',
          remedy: `${remedy} Let the role ask ${SERVER_SETTINGS_SUBJECT}.`,
        },
      ]
}

function payloadDoubts(max_payload_bytes: number): ServerDoubt[] {
  if (max_payload_bytes >= MAX_PAYLOAD_BYTES) return []
  const what = `The NATS server takes messages of up to ${max_payload_bytes} bytes; a journal’s batches can have ${MAX_PAYLOAD_BYTES}.`
  return [{ code: 'nats.payload_small', what, remedy: `Set max_payload: ${MAX_PAYLOAD_BYTES}.` }]
}

function noJetStream(where: string): OperatingError {
  return new OperatingError({
    code: 'nats.no_jetstream',
    reason: 'unavailable',
    what: 'The NATS server keeps no messages: JetStream is off.',
    where,
    remedy: 'Start it with orrery nats up, or add a jetstream section to its configuration.',
  })
}
