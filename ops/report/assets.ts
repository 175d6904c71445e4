// The report's style and script as they go into the page, uPlot and its licence in front.

import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'

export type ReportAssets = { readonly style: string; readonly script: string }

const { resolve } = createRequire(import.meta.url)

export async function loadAssets(): Promise<ReportAssets> {
  const [uplotStyle, style, licence, uplot, charts] = await Promise.all(
    [
      resolve('uplot/dist/uPlot.min.css'),
      new URL('./report.css', import.meta.url),
      resolve('uplot/LICENSE'),
      resolve('uplot/dist/uPlot.iife.min.js'),
      new URL('./charts.js', import.meta.url),
    ].map((file) => readFile(file, 'utf8')),
  )
  return {
    style: `${uplotStyle}\n${style}`,
    script: `/*! uPlot\n\n${licence}*/\n${uplot}\n${charts}`,
  }
}
