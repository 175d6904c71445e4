// Closes a test run with one line for scripts: `12 passed, 0 failed`, the very last output whatever else reports.

import { writeSync } from 'node:fs'
import type { Reporter, TestModule } from 'vitest/node'

const STANDARD_OUTPUT = 1

export default class TestSummaryReporter implements Reporter {
  #closingLine: string | undefined

  onInit(): void {
    process.once('exit', () => {
      if (this.#closingLine !== undefined) writeSync(STANDARD_OUTPUT, `\n${this.#closingLine}\n`)
    })
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    this.#closingLine = closingLine(modules, unhandledErrors.length)
  }
}

/** A file that does not load, a failed hook and an unhandled error each count as one failure: the line never flatters. */
export function closingLine(modules: readonly TestModule[], unhandledErrorCount: number): string {
  let passed = 0
  let failed = unhandledErrorCount
  for (const module of modules) {
    failed += module.errors().length
    for (const suite of module.children.allSuites()) failed += suite.errors().length
    for (const test of module.children.allTests()) {
      const { state } = test.result()
      if (state === 'passed') passed += 1
      if (state === 'failed' || state === 'pending') failed += 1
    }
  }
  return `${passed} passed, ${failed} failed`
}
