// Writes a run's report beside its other files.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { notWritten } from '../run-files/not-written.ts'
import { loadAssets } from './assets.ts'
import { reportPage } from './page.ts'
import type { ReportData } from './report-data.ts'

/** Returns the path of `report.html` in the run's folder. */
export async function writeReport(directory: string, data: ReportData): Promise<string> {
  const path = join(directory, 'report.html')
  const page = reportPage(data, directory, await loadAssets())
  try {
    await writeFile(path, page)
  } catch (error) {
    throw notWritten(path, error)
  }
  return path
}
