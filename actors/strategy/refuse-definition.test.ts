// Definitions that would be loaded and then do nothing, or something else.

import { expect, test } from 'vitest'
import { refuseUnfit } from './definition.ts'
import { refuseUnfitModel } from './market-model.ts'

const whole = { name: 's', params: {}, state: () => ({}) }
const fills = { ...whole, fills_residual: true, available: () => 1 }

function refused(definition: object, refuse = refuseUnfit): string {
  try {
    refuse(definition, 's.ts#s')
  } catch (error) {
    return (error as Error).message
  }
  return ''
}

const ofModel = (definition: object, where?: string) => refuseUnfitModel('fills', definition, where)

test('[ST14] what stands under a key is of its kind', () => {
  expect(refused(whole)).toBe('')
  expect(refused({ ...whole, onQuote: undefined })).toBe('')
  expect(refused({ ...whole, onQuote: 5 })).toContain('The onQuote of a strategy is not a function.')
  expect(refused({ ...whole, onQuote: null })).toContain('The onQuote of a strategy is not a function.')
  expect(refused({ ...whole, state: { seen: 0 } })).toContain('The state of a strategy is not a function.')
  expect(refused({ ...whole, warm_up_us: 60_000_000 })).toContain(
    'The warm_up_us of a strategy is not a function.',
  )
  expect(refused({ ...whole, name: 5 })).toContain('The name of a strategy is not a text.')
  expect(refused({ ...whole, params: 'n' })).toContain('The params of a strategy is not a schema.')
  expect(refused(fills, ofModel)).toBe('')
  expect(refused({ ...fills, fills_residual: 'no' }, ofModel)).toContain(
    'The fills_residual of a fill model is not true or false.',
  )
})

test('[ST14] a handler that is a generator would run to nothing', () => {
  const said = 'The onQuote of a strategy is not a function.'
  expect(refused({ ...whole, *onQuote() {} })).toContain(said)
  expect(refused({ ...whole, async *onQuote() {} })).toContain(said)
})

test('[ST14] an instance of a class would lose its handlers', () => {
  class Trend {
    readonly name = 's'
    readonly params = {}
    state = () => ({})
    onQuote() {}
  }
  expect(refused(new Trend())).toContain('A strategy is an instance of a class, whose methods would be lost.')
})
