import { expect, test } from 'vitest'
import { RandomStream } from '../../../engine/random-stream.ts'
import { account, play, terms, venue } from '../scenario.test-support.ts'
import { NaiveExchange } from './naive-exchange.test-support.ts'

const SHOWN_DEFAULT = 9
const SEED = 20_261_128

const BARS = ['last, fixed', 'last, adaptive', 'bids and asks, fixed', 'bids and asks, adaptive'] as const
/** `parts`: of limit orders that show a part, on quotes, which meet each other's places often. */
type Kind = 'quotes' | 'trades' | 'parts' | (typeof BARS)[number]

/** Lines of one scenario: rows near 100, orders of every type, time and instruction near them, cancels and replaces. */
class Lines {
  readonly #random: RandomStream
  readonly #isBars: boolean
  readonly #hasSides: boolean
  readonly #isTrades: boolean
  readonly #hasParts: boolean
  readonly #ids: string[] = []
  #now = 1
  #price = 100

  constructor(round: number, kind: Kind) {
    this.#isBars = BARS.some((bars) => bars === kind)
    this.#hasSides = kind.startsWith('bids')
    this.#isTrades = kind === 'trades'
    this.#hasParts = kind === 'parts'
    this.#random = new RandomStream(SEED, `naive/${this.#isBars}/${round}`)
  }

  draw(count: number): string[] {
    const lines = this.#rows().map((row) => `1 ${row}`)
    while (lines.length < count) {
      this.#now += this.#between(this.#isBars ? 1 : 0, 3)
      const kind = this.#between(1, 20)
      const next = kind <= 8 ? this.#rows() : [kind <= 11 ? this.#request() : this.#order()]
      for (const line of next) lines.push(`${this.#now} ${line}`)
    }
    return lines
  }

  /** Rows of one time, and what is asked for between them. */
  #rows(): string[] {
    if (!this.#hasSides) return [this.#row()]
    const spread = this.#between(0, 3)
    const [bid, ask] = [this.#bar('bid', 0), this.#bar('ask', spread)]
    const both = this.#one([bid, ask], [ask, bid])
    const some = this.#one(both, both, both, [bid], [ask])
    return this.#between(1, 3) === 1 && this.#now > 1
      ? [some[0] as string, this.#order(), ...some.slice(1)]
      : some
  }

  #bar(kind: string, above: number): string {
    const open = this.#price + above + this.#between(-2, 2)
    if (kind !== 'ask') this.#price = Math.min(104, Math.max(97, this.#price + this.#between(-4, 4)))
    const close = this.#price + above
    const high = Math.max(open, close) + this.#between(0, 4)
    const low = Math.min(open, close) - this.#between(0, 4)
    const volume = this.#between(0, 2) === 0 ? 0 : this.#between(1, 60)
    return `bar ${kind} ${open} ${high} ${low} ${close} ${volume}`
  }

  #row(): string {
    if (this.#isBars) return this.#bar('last', 0)
    this.#price = Math.min(104, Math.max(97, this.#price + this.#between(-4, 4)))
    const close = this.#price
    if (this.#isTrades) return `trade ${close} ${this.#units()}${this.#one('', ' buy', ' sell')}`
    if (this.#now > 1 && this.#between(1, 4) === 1) return `trade ${this.#near()} ${this.#units()}`
    return `quote ${close}/${close + this.#between(0, 3)} ${this.#units()}x${this.#units()}`
  }

  #request(): string {
    const of = this.#ids.at(-this.#between(1, 6)) ?? 'nothing'
    const id = `r${this.#ids.length}-${this.#now}-${this.#between(0, 1_000_000)}`
    if (this.#between(1, 3) === 1) return `${id} cancel ${of}`
    this.#ids.push(id)
    return `${id} replace ${of} ${this.#units()} ${this.#near()} ${this.#near()}`
  }

  #order(): string {
    const id = `o${this.#ids.length}`
    this.#ids.push(id)
    return `${id} ${this.#one('buy', 'sell')} ${this.#units()} ${this.#terms()}`
  }

  #terms(): string {
    if (this.#hasParts) return `limit ${this.#near()} gtc${this.#one('', ` show=${this.#between(1, 4)}`)}`
    // One whose time is the time of a later replace would end at once with it, or after the rows of it.
    const gtd = `gtd until=${this.#now + this.#between(1, 20)}`
    const lasting = this.#one('gtc', 'day', gtd)
    const any = this.#one('gtc', 'day', 'ioc', 'fok', gtd)
    const by = this.#one('', ' by=mid', ' by=last')
    // Inside a bar the venue looks at what only reduces where somebody trades, and not at every price.
    const reduce = this.#isBars ? '' : this.#one('', '', ' reduce')
    const limited = `${this.#one('', '', ' post')}${reduce}${this.#one('', ` show=${this.#between(1, 4)}`)}`
    const trail = `${by}${this.#one('', ` active=${this.#near()}`)}`
    return this.#one(
      `market ${this.#one('day', 'ioc', 'fok', 'gtc')}${reduce}`,
      `limit ${this.#near()} ${any}${limited}`,
      `stop ${this.#near()} ${lasting}${by}${reduce}`,
      `stop_limit ${this.#near()} ${this.#near()} ${any}${by}${limited}`,
      `market_if_touched ${this.#near()} ${lasting}${by}${reduce}`,
      `limit_if_touched ${this.#near()} ${this.#near()} ${any}${by}${limited}`,
      `trailing_stop ${this.#between(1, 5)} ${lasting}${trail}${this.#one('', ` at=${this.#near()}`)}${reduce}`,
      `trailing_stop_limit ${this.#between(1, 5)} ${lasting}${trail} limit=${this.#between(0, 2)}${limited}`,
      `market_to_limit ${any}${reduce}`,
    )
  }

  #near(): number {
    return this.#between(94, 107)
  }

  #units(): number {
    return this.#between(1, 12)
  }

  #one<Choice>(...choices: readonly Choice[]): Choice {
    return choices[this.#random.nextInt(choices.length)] as Choice
  }

  #between(low: number, high: number): number {
    return low + this.#random.nextInt(high - low + 1)
  }
}

test.each<Kind>(['quotes', 'trades', 'parts', ...BARS])(
  `every order is told as a naive exchange tells it, report by report: %s (seed ${SEED})`,
  (kind) => {
    const bars = kind.endsWith('adaptive') ? 'adaptive' : 'fixed'
    const from = terms({
      venues: [venue({ displayed_quantity_default: `${SHOWN_DEFAULT}`, simulation: { bars } })],
      accounts: [account({ balance: '1000000000' })],
    })
    let trades = 0
    for (let round = 0; round < 250; round++) {
      const lines = new Lines(round, kind).draw(40)
      const told = new NaiveExchange(SHOWN_DEFAULT, bars).play(lines)
      trades += told.filter((report) => report.includes(' trade ')).length
      expect({ round, lines, told: play(lines, from) }).toEqual({ round, lines, told })
    }
    expect(trades).toBeGreaterThan(1_000)
  },
)
