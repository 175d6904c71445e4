import { expect, test } from 'vitest'
import { isReleased } from '../release/release-file.ts'
import { bannedConstructs } from './banned-constructs.ts'
import {
  deadFiles,
  importCycles,
  importsOf,
  missingFiles,
  undeclaredPackages,
  wrongDirections,
} from './import-graph.ts'
import { leftoverNotes, longFunctions } from './leftovers.ts'
import { entryPaths, projectPaths, projectSources, projectTexts, readProjectFile } from './project-files.ts'
import type { Finding } from './source-file.ts'
import { machinePlaces, titleFindings } from './text-rules.ts'
import { withEscapes } from './tidy-escape.ts'

type Manifest = { readonly name: string; readonly dependencies: Readonly<Record<string, string>> }

const paths = projectPaths()
const sources = projectSources()
const texts = projectTexts()
const imports = sources.flatMap(importsOf)

test('no source holds a banned construct, a leftover note or a function too long to read, without a reason', () => {
  const findings = sources.flatMap((source) =>
    withEscapes(source, [...bannedConstructs(source), ...leftoverNotes(source), ...longFunctions(source)]),
  )
  expect(sentences(findings)).toEqual([])
})

test('imports point one way: schemas <- engine <- actors <- (adapters, sim) <- ops', () => {
  expect(sentences(wrongDirections(imports))).toEqual([])
})

test('every import names a file that is there', () => {
  expect(sentences(missingFiles(imports, paths))).toEqual([])
})

test('what a release runs imports no package but its dependencies', () => {
  const manifest = JSON.parse(readProjectFile('package.json')) as Manifest
  const released = imports.filter(({ from }) => isReleased(from))
  expect(
    sentences(undeclaredPackages(released, [manifest.name, ...Object.keys(manifest.dependencies)])),
  ).toEqual([])
})

test('no import runs in a circle', () => {
  expect(importCycles(imports).map((cycle) => cycle.join(' -> '))).toEqual([])
})

test('every file is reached from an entry', () => {
  const sourcePaths = sources.map(({ path }) => path)
  expect(deadFiles(imports, sourcePaths, entryPaths(sourcePaths))).toEqual([])
})

test('no file names a path of one machine or a registry', () => {
  expect(sentences(texts.flatMap(({ path, text }) => machinePlaces(path, text)))).toEqual([])
})

test('every page opens with its only title', () => {
  const pages = texts.filter(({ path }) => path.endsWith('.md'))
  expect(sentences(pages.flatMap(({ path, text }) => titleFindings(path, text)))).toEqual([])
})

test('continuous integration runs the README’s test command', () => {
  const commands = readProjectFile('.ci/run').match(/^npm .*$/gm) ?? []
  expect(commands).toEqual(['npm ci', 'npm test'])
  expect(readProjectFile('README.md')).toContain(commands.join(' && '))
})

function sentences(findings: readonly Finding[]): string[] {
  return findings.map(({ path, line, rule }) => `${path}:${line} ${rule}`)
}
