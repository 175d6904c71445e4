// The accounts of the server's configuration. Streams are in the core, with the roles that are trusted; each other role is
// alone in an account. What it says goes to a service of the core, and the answer comes back to it and nowhere else;
// market data alone is a stream between accounts, and is acknowledged to nobody.

import {
  environmentOf,
  type Installation,
  type Role,
  rolesOf,
  SERVER_SETTINGS_SUBJECT,
} from '../../adapters/nats/roles.ts'
import { BUS_SUBJECT } from '../../schemas/subjects.ts'

export const SYSTEM_ACCOUNT = 'SYS'
const CORE_ACCOUNT = 'ORRERY'
/**
 * What a role apart may hold of the server, so that one key does not use up what all share. Connections that were cut off
 * count until the server has missed them, and a client makes another every few seconds meanwhile.
 */
export const LIMITS = { max_connections: 64, max_subscriptions: 1_000 } as const

/** Answers that come in parts: a reader asks once and hears many messages, and in a cluster every server answers. */
const STREAMED = /^\$JS\.API\.CONSUMER\.MSG\.NEXT\.|^\$SYS\./

type Link = {
  readonly kind: 'service' | 'stream'
  readonly subject: string
  readonly from: string
  readonly to: string
}

/** The lines of `accounts { … }`; `public_keys` has the key of each role by its name. */
export function accountLines(installation: Installation, public_keys: ReadonlyMap<string, string>): string[] {
  const roles = rolesOf(installation)
  const accounts = [CORE_ACCOUNT, ...new Set(roles.map(accountOf))].filter(isFirst)
  const links = [...serviceLinks(roles), ...marketDataLinks(installation, roles), ...settingsLinks(accounts)]
  return [
    'accounts {',
    ...[SYSTEM_ACCOUNT, ...accounts].flatMap((account) => [
      `  ${quoted(account)} {`,
      ...(account === CORE_ACCOUNT ? ['    jetstream: enabled'] : limits(account)),
      ...block('users', users(account, roles, public_keys)),
      ...block('exports', exported(account, links)),
      ...block('imports', imported(account, links)),
      '  }',
    ]),
    '}',
  ]
}

function limits(account: string): string[] {
  if (account === SYSTEM_ACCOUNT) return []
  const { max_connections, max_subscriptions } = LIMITS
  return [`    limits: { max_connections: ${max_connections}, max_subscriptions: ${max_subscriptions} }`]
}

export function quoted(text: string): string {
  return JSON.stringify(text)
}

function accountOf({ name, account }: Role): string {
  return account === 'core' ? CORE_ACCOUNT : `ROLE_${name}`
}

function serviceLinks(roles: readonly Role[]): Link[] {
  return roles
    .filter(({ account }) => account === 'own')
    .flatMap((role) =>
      role.services.map((subject) => ({
        kind: 'service' as const,
        subject,
        from: CORE_ACCOUNT,
        to: accountOf(role),
      })),
    )
}

/** From every account that may say it to every other that may hear it: a stream is not passed on by who imports it. */
function marketDataLinks(installation: Installation, roles: readonly Role[]): Link[] {
  const subject = BUS_SUBJECT.all(environmentOf(installation), 'md')
  const speakers = roles.filter(({ publish }) => publish.includes(subject)).map(accountOf)
  const listeners = roles.filter(({ subscribe }) => subscribe.includes(subject)).map(accountOf)
  return speakers.filter(isFirst).flatMap((from) =>
    listeners
      .filter(isFirst)
      .filter((to) => to !== from)
      .map((to) => ({ kind: 'stream' as const, subject, from, to })),
  )
}

function settingsLinks(accounts: readonly string[]): Link[] {
  return accounts.map((to) => ({
    kind: 'service',
    subject: SERVER_SETTINGS_SUBJECT,
    from: SYSTEM_ACCOUNT,
    to,
  }))
}

/** Each subject once, with the accounts that may use it. */
function exported(account: string, links: readonly Link[]): string[] {
  const own = links.filter(({ from }) => from === account)
  return [...Map.groupBy(own, ({ kind, subject }) => `${kind}: ${quoted(subject)}`)].map(([head, uses]) => {
    const accounts = uses.map(({ to }) => quoted(to)).join(', ')
    const isStreamed = uses.some(({ kind, subject }) => kind === 'service' && STREAMED.test(subject))
    return `{ ${head}, accounts: [${accounts}]${isStreamed ? ', response_type: stream' : ''} }`
  })
}

function imported(account: string, links: readonly Link[]): string[] {
  return links
    .filter(({ to }) => to === account)
    .map(
      ({ kind, from, subject }) => `{ ${kind}: { account: ${quoted(from)}, subject: ${quoted(subject)} } }`,
    )
}

function users(account: string, roles: readonly Role[], keys: ReadonlyMap<string, string>): string[] {
  return roles
    .filter((role) => accountOf(role) === account)
    .flatMap(({ name, publish, subscribe }) => [
      `{ nkey: ${keys.get(name)} # ${name}`,
      '  permissions: {',
      `    publish: { allow: ${list(publish)} }`,
      `    subscribe: { allow: ${list(subscribe)} }`,
      '  } }',
    ])
}

function block(name: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`    ${name}: [`, ...lines.map((line) => `      ${line}`), '    ]']
}

function list(subjects: readonly string[]): string {
  return `[${[...new Set(subjects)].map(quoted).join(', ')}]`
}

function isFirst(name: string, index: number, names: readonly string[]): boolean {
  return names.indexOf(name) === index
}
