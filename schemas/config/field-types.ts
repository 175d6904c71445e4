// The kinds of fields a configuration has: what each accepts, and how the loader reads and normalises it.

import Type from 'typebox'

/** What a configured string means to the loader: exact number, instant, file path, or reference to a secret. */
export type TextMeaning = 'decimal' | 'time' | 'path' | 'secret'

const POSITIVE = '^(?=.*[1-9])\\d{1,15}(\\.\\d{1,8})?$'
const NOT_NEGATIVE = '^\\d{1,15}(\\.\\d{1,8})?$'
const TIME = '^\\d{4}-\\d{2}-\\d{2}(T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,6})?Z)?$'

const PROBABILITY = '^(0(\\.\\d{1,6})?|1(\\.0{1,6})?)$'
/** Standard deviation of a logarithm: e to the tenth is no spread of delays. */
export const SIGMA = '^(?=.*[1-9])\\d(\\.\\d{1,6})?$'

/** Which decimals a pattern takes, in words for whoever wrote another. */
export type DecimalBounds = { readonly range: string; readonly fraction_digits: number }

const MOST = 'less than 1000000000000000'

/** By pattern, since the schemas themselves are what is written down. */
export const DECIMAL_BOUNDS: ReadonlyMap<string, DecimalBounds> = new Map([
  [POSITIVE, { range: `more than 0 and ${MOST}`, fraction_digits: 8 }],
  [NOT_NEGATIVE, { range: `at least 0 and ${MOST}`, fraction_digits: 8 }],
  [PROBABILITY, { range: 'at least 0 and at most 1', fraction_digits: 6 }],
  [SIGMA, { range: 'more than 0 and less than 10', fraction_digits: 6 }],
])

export type Options = { readonly description: string; readonly default?: unknown }

/** An object that takes no field but its own, so that a misspelt one is refused. */
export const closed = (description: string, more: { readonly default?: unknown } = {}) => ({
  additionalProperties: false,
  description,
  ...more,
})

export const Decimal = (options: Options) => Type.String({ pattern: POSITIVE, text: 'decimal', ...options })
export const DecimalOrZero = (options: Options) =>
  Type.String({ pattern: NOT_NEGATIVE, text: 'decimal', ...options })
export const Time = (options: Options) => Type.String({ pattern: TIME, text: 'time', ...options })
export const Path = (options: Options) => Type.String({ minLength: 1, text: 'path', ...options })
export const Secret = (options: Options) =>
  Type.String({ pattern: '^(env|file):.+$', text: 'secret', ...options })
export const Token = (options: Options) => Type.String({ pattern: '^[A-Za-z0-9_-]{1,32}$', ...options })
export const Currency = (options: Options) => Type.String({ pattern: '^[A-Z0-9]{3,10}$', ...options })
export const DurationUs = (options: Options) => Type.Integer({ minimum: 0, ...options })
export const Source = (options: Options) => Type.String({ pattern: '^[^#]+#[A-Za-z_$][\\w$]*$', ...options })
export const Count = (options: Options) => Type.Integer({ minimum: 1, ...options })
export const Probability = (options: Options) =>
  Type.String({ pattern: PROBABILITY, text: 'decimal', ...options })
