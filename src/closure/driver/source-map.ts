import { readFileSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { Scripts } from './scripts.ts'

/** A place in a file, one-based as stacks show it. */
export interface SourceLocation {
  readonly url: string
  readonly line: number
  readonly column: number
}

const MAX_MAPS = 200
const maps = new Map<string, SourceMap | undefined>()

/** Maps a place in a script that V8 ran to the user's own source; a place without a source map is given back as it is. */
export function mapToSource(place: SourceLocation): SourceLocation {
  const map = sourceMapOf(place.url)
  if (map === undefined) return place
  const entry = map.findEntry(place.line - 1, place.column - 1)
  if (!('originalSource' in entry) || entry.originalSource === undefined) return place
  const url = resolveSource(entry.originalSource, place.url)
  return { url, line: entry.originalLine + 1, column: entry.originalColumn + 1 }
}

/**
 * The same for a place that V8 shows in the stack of the running code. Test runners (vitest, jest) compile files without telling Node of their source maps,
 * but the maps stand in the scripts.
 */
export function mapRunningPlace(place: SourceLocation): SourceLocation {
  // The inspector names a script by a URL where a stack has its path.
  const url = place.url.startsWith('/') ? pathToFileURL(place.url).href : place.url
  Scripts.shared.running(url)
  return mapToSource({ ...place, url })
}

function sourceMapOf(url: string): SourceMap | undefined {
  if (maps.has(url)) return maps.get(url)
  const script = Scripts.shared.byUrl(url)
  let map: SourceMap | undefined
  try {
    const text = script === undefined || script.sourceMapURL === '' ? undefined : readMap(script.sourceMapURL, url)
    if (text !== undefined) map = new SourceMap(JSON.parse(text) as ConstructorParameters<typeof SourceMap>[0])
  } catch {
    // A map that is missing or damaged only costs the mapping.
  }
  if (maps.size >= MAX_MAPS) maps.delete(maps.keys().next().value as string)
  maps.set(url, map)
  return map
}

function readMap(mapUrl: string, scriptUrl: string): string | undefined {
  if (mapUrl.startsWith('data:')) {
    const comma = mapUrl.indexOf(',')
    const data = mapUrl.slice(comma + 1)
    return mapUrl.slice(0, comma).endsWith(';base64')
      ? Buffer.from(data, 'base64').toString()
      : decodeURIComponent(data)
  }
  const base = scriptUrl.startsWith('/') ? pathToFileURL(scriptUrl).href : scriptUrl
  const resolved = new URL(mapUrl, base)
  return resolved.protocol === 'file:' ? readFileSync(fileURLToPath(resolved), 'utf8') : undefined
}

function resolveSource(source: string, scriptUrl: string): string {
  if (/^[a-z][\w+.-]+:/i.test(source) || source.startsWith('/')) return source
  if (scriptUrl.startsWith('/')) return fileURLToPath(new URL(source, pathToFileURL(scriptUrl)))
  return scriptUrl.startsWith('file:') ? new URL(source, scriptUrl).href : source
}
