// Closes the ambient world while a step runs: the clock, chance, timers, the network. The guard must stand before any
// strategy is loaded, because a function taken into a variable earlier is the original. Outside a step everything
// behaves as before, identities included: each guarded function is a proxy that reads one boolean and passes on.

import { syncBuiltinESMExports } from 'node:module'
import type { StepGate } from '../../engine/step-gate.ts'
import { must } from '../../schemas/assert.ts'
import {
  type AmbientFunction,
  ambientConstructors,
  ambientFunctions,
  ambientProperties,
  INTL_FORMAT,
} from './ambient-functions.ts'
import { AmbientInStepError } from './ambient-in-step-error.ts'

/**
 * Told of every violation before it is thrown, because an author may catch what was thrown. Called inside the step:
 * it records, and touches nothing ambient itself.
 */
export type OnViolation = (violation: AmbientInStepError) => void

type Guard = { readonly gate: StepGate; readonly onViolation: OnViolation }
type Callable = (...args: unknown[]) => unknown
type Restore = () => void

/** Returns the function that takes the guard away. Guards of several gates nest, and go in reverse order. */
export function installAmbientGuard(gate: StepGate, onViolation: OnViolation): () => void {
  const guard = { gate, onViolation }
  const restores = [
    ...ambientFunctions().map((row) => replaceValue(row, guarded(guard, row, 'apply'))),
    ...ambientConstructors().map((row) => replaceValue(row, guarded(guard, row, 'construct'))),
    ...ambientProperties().map((row) => guardProperty(guard, row)),
    pointDateBackToItsGuard(),
    replaceIntlFormat(guard),
  ]
  // Named imports of node:crypto and node:timers follow the changed modules only from here on.
  syncBuiltinESMExports()
  return () => {
    for (const restore of restores.reverse()) restore()
    syncBuiltinESMExports()
  }
}

function check({ gate, onViolation }: Guard, row: AmbientFunction, args: readonly unknown[]): void {
  if (!gate.step_running || row.isAmbient?.(args) === false) return
  const violation = new AmbientInStepError(row.call, row.remedy)
  onViolation(violation)
  throw violation
}

/** A proxy keeps what a wrapper would lose: names, lengths, statics, prototypes, `util.promisify.custom`. */
function guarded(guard: Guard, row: AmbientFunction, trap: 'apply' | 'construct'): Callable {
  const original = must(descriptorOf(row).value as Callable | undefined, `${row.call} is a function`)
  if (trap === 'apply') {
    return new Proxy(original, {
      apply(target, self, args) {
        check(guard, row, args)
        return Reflect.apply(target, self, args)
      },
    })
  }
  return new Proxy(original, {
    construct(target, args, newTarget) {
      check(guard, row, args)
      return Reflect.construct(target, args, newTarget) as object
    },
    apply(target, self, args) {
      check(guard, row, row.ignoresArgumentsWhenCalled ? [] : args)
      return Reflect.apply(target, self, args)
    },
  })
}

/** Node asks the environment whether a console wants colours, and an author may print. */
function isReadByNode(): boolean {
  const reader = new Error('where').stack?.split('\n')[3]
  return reader?.includes('(node:') === true
}

/** Outside a step the property reads and writes as before. */
function guardProperty(guard: Guard, row: AmbientFunction): Restore {
  const descriptor = descriptorOf(row)
  const { enumerable = true } = descriptor
  let { value } = descriptor as { value: unknown }
  Object.defineProperty(row.owner, row.key, {
    configurable: true,
    enumerable,
    get: () => {
      if (guard.gate.step_running && !isReadByNode()) check(guard, row, [])
      return value
    },
    set: (changed: unknown) => {
      value = changed
    },
  })
  return () => Object.defineProperty(row.owner, row.key, { ...descriptor, value })
}

/** Otherwise `new Date(0).constructor` would be a way around the guard, and no longer equal to `Date`. */
function pointDateBackToItsGuard(): Restore {
  const row = { owner: Date.prototype, key: 'constructor', call: 'Date', remedy: '' }
  return replaceValue(row, Date as unknown as Callable)
}

function replaceIntlFormat(guard: Guard): Restore {
  const descriptor = descriptorOf(INTL_FORMAT)
  const getter = must(descriptor.get, 'Intl.DateTimeFormat.prototype.format is a getter')
  const guardedByFormat = new WeakMap<object, Callable>()
  const get = new Proxy(getter, {
    apply(target, self, args) {
      const format = Reflect.apply(target, self, args) as Callable
      let proxy = guardedByFormat.get(format)
      if (proxy === undefined) {
        proxy = new Proxy(format, {
          apply(bound, boundSelf, values) {
            check(guard, INTL_FORMAT, values)
            return Reflect.apply(bound, boundSelf, values)
          },
        })
        guardedByFormat.set(format, proxy)
      }
      return proxy
    },
  })
  Object.defineProperty(INTL_FORMAT.owner, INTL_FORMAT.key, { ...descriptor, get })
  return () => Object.defineProperty(INTL_FORMAT.owner, INTL_FORMAT.key, descriptor)
}

function replaceValue(row: AmbientFunction, value: Callable): Restore {
  const descriptor = descriptorOf(row)
  Object.defineProperty(row.owner, row.key, { ...descriptor, value })
  return () => Object.defineProperty(row.owner, row.key, descriptor)
}

function descriptorOf({ owner, key, call }: AmbientFunction): PropertyDescriptor {
  return must(Object.getOwnPropertyDescriptor(owner, key), `${call} is a property of its owner`)
}
