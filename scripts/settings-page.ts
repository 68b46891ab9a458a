/** Writes the tables of docs/settings.md from the definitions in src/settings/: `npm run docs:settings`. A test holds that the page is up to date. */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { SETTING_THEMES, type SettingTheme } from '../src/settings/registry.ts'
import type { Setting } from '../src/settings/setting.ts'

const END = '<!-- end of settings -->'

/**
 * The page with its tables made anew; what stands outside of the tables stays as it is.
 * @throws Error when the page has no place for a theme's table.
 */
export function settingsPage(page: string, themes: readonly SettingTheme[] = SETTING_THEMES): string {
  return themes.reduce((text, { title, settings }) => {
    const start = `<!-- settings: ${title} -->`
    const from = text.indexOf(start)
    const to = text.indexOf(END, from)
    if (from < 0 || to < 0) throw new Error(`The page has no lines '${start}' and '${END}'`)
    return `${text.slice(0, from + start.length)}\n\n${table(settings)}\n\n${text.slice(to)}`
  }, page)
}

function table(settings: readonly Setting<unknown>[]): string {
  return ['| setting | default | value | |', '|---|---|---|---|', ...settings.map(row)].join('\n')
}

function row({ key, olderKeys, defaultText, expects, doc }: Setting<unknown>): string {
  const older = olderKeys.length === 0 ? '' : `; older name: ${olderKeys.map((name) => `\`${name}\``).join(', ')}`
  // That a bare number is bytes stands at the top of the page.
  const value = expects.replace(/^an? /, '').replace('; a bare number is bytes', '')
  return `| \`${key}\` | ${defaultText} | ${value} | ${doc}${older} |`
}

const script = fileURLToPath(import.meta.url)
if (process.argv[1] === script) {
  const path = fileURLToPath(new URL('../docs/settings.md', import.meta.url))
  writeFileSync(path, settingsPage(readFileSync(path, 'utf8')))
}
