// The folder of a server on this machine: what it serves, its configuration, its keys, its store and its log.

import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import Type, { type Static } from 'typebox'
import Value from 'typebox/value'
import { OperatingError } from '../../schemas/operating-error.ts'
import { ANY, parseBusEnvironment } from '../../schemas/subjects.ts'
import type { TlsFiles } from './server-config.ts'

const Name = Type.String({ pattern: '^[A-Za-z0-9_-]{1,32}$' })

/** What `installation.json` holds. */
export const InstallationFile = Type.Object(
  {
    env: Type.String({ description: 'First word of every subject: paper, live.' }),
    trading_node: Type.Union([Name, Type.Literal(ANY)], {
      description: 'Name of the trading node; * is any name but those of strategy nodes.',
    }),
    strategy_nodes: Type.Array(
      Type.Object(
        {
          node: Name,
          strategies: Type.Array(Name, { minItems: 1 }),
          accounts: Type.Array(Name, { minItems: 1, description: 'Those its strategies trade on.' }),
          journal_bytes_max: Type.Integer({ minimum: 1, description: 'Room for the copy of its journal.' }),
        },
        { additionalProperties: false },
      ),
      { description: 'Nodes that host strategies apart, and what each may ask for and hear.' },
    ),
    host: Type.String({ minLength: 1, description: 'Address the server listens on.' }),
    port: Type.Integer({ minimum: 0, maximum: 65_535, description: 'Its port.' }),
    monitor_port: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 65_535, description: 'Where /varz answers, on loopback only.' }),
    ),
    replicas: Type.Integer({ minimum: 1, maximum: 5, description: 'Copies of each stream in a cluster.' }),
    tls: Type.Optional(
      Type.Object({ cert_file: Type.String(), key_file: Type.String() }, { additionalProperties: false }),
    ),
    tls_ca_file: Type.Optional(
      Type.String({ description: 'Authority that signed the server’s certificate.' }),
    ),
  },
  { additionalProperties: false },
)
export type InstallationFile = Static<typeof InstallationFile> & { tls?: TlsFiles }

/** As it was before a strategy node heard of its own accounts alone. */
const AccountlessFile = Type.Object(
  {
    ...InstallationFile.properties,
    strategy_nodes: Type.Array(
      Type.Object(
        { node: Name, strategies: Type.Array(Name, { minItems: 1 }) },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
)
type AccountlessFile = Static<typeof AccountlessFile>

export const DEFAULT_INSTALLATION: InstallationFile = {
  env: 'paper',
  trading_node: ANY,
  strategy_nodes: [],
  host: '127.0.0.1',
  port: 4222,
  replicas: 1,
}

/** Listened to, but called by no one. */
const EVERY_ADDRESS = ['0.0.0.0', '::']

/** The paths in a folder. */
export type FolderPaths = {
  readonly directory: string
  readonly installation: string
  readonly config: string
  readonly credentials: string
  readonly store: string
  readonly log: string
  readonly pid: string
}

export function folderPaths(directory: string): FolderPaths {
  const root = resolve(directory)
  const inside = (name: string): string => join(root, name)
  return {
    directory: root,
    installation: inside('installation.json'),
    config: inside('nats-server.conf'),
    credentials: inside('credentials'),
    store: inside('store'),
    log: inside('nats-server.log'),
    pid: inside('nats-server.pid'),
  }
}

/**
 * What the folder says; undefined where nothing was set up.
 * @param are_nodes_named whether all strategy nodes are said anew, and those of the file do not count.
 */
export async function readInstallation(
  { installation: path }: FolderPaths,
  are_nodes_named = false,
): Promise<InstallationFile | undefined> {
  if (!existsSync(path)) return undefined
  const value = parsed(await readFile(path, 'utf8'))
  if (Value.Check(InstallationFile, value)) return checkedInstallation(path, value)
  if (!Value.Check(AccountlessFile, value)) throw damaged(path)
  if (!are_nodes_named) throw accountless(path, value)
  return checkedInstallation(path, { ...value, strategy_nodes: [] })
}

export async function writeInstallation(paths: FolderPaths, installation: InstallationFile): Promise<void> {
  await mkdir(paths.directory, { recursive: true })
  await writeWhole(paths.installation, `${JSON.stringify(installation, null, 2)}\n`)
}

/** The file is there whole or as it was. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}`
  await writeFile(temporary, text)
  await rename(temporary, path)
}

/** Where a client on this machine finds it. A certificate for it names that host. */
export function serverUrl({ host, port, tls }: InstallationFile): string {
  const name = EVERY_ADDRESS.includes(host) ? 'localhost' : host
  return `${tls === undefined ? 'nats' : 'tls'}://${name.includes(':') ? `[${name}]` : name}:${port}`
}

/** Names that fit together; what the schema cannot tell. */
export function checkedInstallation(where: string, installation: InstallationFile): InstallationFile {
  const { env, trading_node, strategy_nodes } = installation
  const names = strategy_nodes.map(({ node }) => node)
  const fault =
    parseBusEnvironment(env) === undefined
      ? `${JSON.stringify(env)} is no environment: write paper, live or another token.`
      : names.includes(trading_node) || new Set(names).size < names.length
        ? 'Two nodes have the same name.'
        : undefined
  if (fault === undefined) return installation
  throw new OperatingError({
    code: 'nats.installation_invalid',
    reason: 'usage',
    what: fault,
    where,
    remedy: 'Correct the options of orrery nats up.',
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Not JSON is no installation, which the schema tells.
    return undefined
  }
}

function damaged(path: string): OperatingError {
  return new OperatingError({
    code: 'nats.installation_unreadable',
    reason: 'data',
    what: 'The file does not describe an installation.',
    where: path,
    remedy: 'Delete it and run orrery nats up with the options it had.',
  })
}

function accountless(path: string, { strategy_nodes }: AccountlessFile): OperatingError {
  const nodes = strategy_nodes.map(
    ({ node, strategies }) => `--strategy ${node}=${strategies.join()}@ACCOUNT`,
  )
  return new OperatingError({
    code: 'nats.installation_without_accounts',
    reason: 'usage',
    what: 'The file is of an earlier orrery, and does not say which accounts the strategies of each node trade on.',
    where: path,
    remedy: `Say it once, with the names of the accounts: orrery nats up ${nodes.join(' ')}. Keys and streams stay.`,
  })
}
