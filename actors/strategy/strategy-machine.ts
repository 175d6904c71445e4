// The life of a strategy. Rules: ./SPEC.md. Whether orders may leave depends on the state alone, and the risk gate is
// told of every change; the machine itself emits nothing.

import { assign, setup } from 'xstate'

export type StrategyEvent =
  | { readonly type: 'strategy.started' }
  | { readonly type: 'strategy.warmed_up' }
  | { readonly type: 'strategy.trading_enabled' }
  | { readonly type: 'strategy.paused' }
  | { readonly type: 'strategy.resumed' }
  | { readonly type: 'strategy.halted'; readonly reason: string }
  | { readonly type: 'strategy.faulted'; readonly reason: string }
  | { readonly type: 'strategy.stopped' }
  | { readonly type: 'strategy.reinitialised' }

export const STRATEGY_STATES = [
  'created',
  'warming',
  'ready',
  'trading',
  'paused',
  'halted',
  'faulted',
  'stopped',
] as const
export type StrategyState = (typeof STRATEGY_STATES)[number]

export type StrategyMachineContext = {
  readonly trading_enabled: boolean
  /** A pause was ordered and not lifted, perhaps before there was anything to pause. */
  readonly is_paused: boolean
  readonly reason: string
}

export const strategyMachine = setup({
  types: { context: {} as StrategyMachineContext, events: {} as StrategyEvent },
  guards: {
    'trading is enabled': ({ context }) => context.trading_enabled,
    'a pause is ordered': ({ context }) => context.is_paused,
  },
  actions: {
    'note that trading is enabled': assign({ trading_enabled: true }),
    'note the pause': assign({ is_paused: true }),
    'forget the pause': assign({ is_paused: false }),
    'note the reason': assign({
      reason: ({ event }) => ('reason' in event ? event.reason : ''),
    }),
    'forget the reason': assign({ reason: '' }),
  },
}).createMachine({
  id: 'strategy',
  context: { trading_enabled: false, is_paused: false, reason: '' },
  initial: 'created',
  on: {
    'strategy.halted': { target: '.halted', actions: 'note the reason' },
    'strategy.faulted': { target: '.faulted', actions: 'note the reason' },
    'strategy.stopped': { target: '.stopped' },
    'strategy.trading_enabled': { actions: 'note that trading is enabled' },
    'strategy.paused': { actions: 'note the pause' },
    'strategy.resumed': { actions: 'forget the pause' },
  },
  states: {
    created: { on: { 'strategy.started': 'warming' } },
    warming: {
      on: {
        'strategy.warmed_up': [
          { guard: 'a pause is ordered', target: 'paused' },
          { guard: 'trading is enabled', target: 'trading' },
          { target: 'ready' },
        ],
      },
    },
    ready: {
      on: {
        'strategy.trading_enabled': { target: 'trading', actions: 'note that trading is enabled' },
        'strategy.paused': { target: 'paused', actions: 'note the pause' },
      },
    },
    trading: { on: { 'strategy.paused': { target: 'paused', actions: 'note the pause' } } },
    paused: {
      on: {
        'strategy.resumed': [
          { guard: 'trading is enabled', target: 'trading', actions: 'forget the pause' },
          { target: 'ready', actions: 'forget the pause' },
        ],
      },
    },
    halted: { on: { 'strategy.reinitialised': { target: 'warming', actions: 'forget the reason' } } },
    faulted: {
      on: {
        'strategy.reinitialised': { target: 'warming', actions: 'forget the reason' },
        // A fault is the stronger word: halting or stopping a faulted strategy changes nothing.
        'strategy.halted': {},
        'strategy.stopped': {},
        'strategy.faulted': {},
      },
    },
    stopped: { on: { 'strategy.reinitialised': { target: 'warming', actions: 'forget the reason' } } },
  },
})
