// The figures as a table for people.

import { alignedRows } from '../text/table.ts'
import type { Figure } from './figure.ts'

export function figuresText(figures: readonly Figure[]): string {
  const machine = figures[0]?.machine
  const rows = figures.map(({ name, value, unit, runs }) => [
    name,
    number(value),
    unit,
    runs.length > 1 ? runs.map(number).join(' ') : '',
  ])
  const head = machine === undefined ? '' : `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}\n\n`
  return `${head}${alignedRows([['figure', 'median', 'unit', 'runs'], ...rows], [1]).join('\n')}\n`
}

function number(value: number): string {
  return value >= 1000 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3)
}
