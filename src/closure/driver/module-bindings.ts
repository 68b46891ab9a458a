import { Scripts } from './scripts.ts'
import { parseScript, type SyntaxNode } from './syntax.ts'

/** A variable of a module, by the names that it has there. */
export interface ModuleVariable {
  readonly url: string
  readonly scriptId: string
  readonly name: string
}

interface Import {
  readonly specifier: string
  readonly exported: string
}

/** The imports and exports in a module's text. */
interface ModuleBindings {
  readonly imports: ReadonlyMap<string, Import>
  /** Exported name to a local variable, or to another module's export. */
  readonly exports: ReadonlyMap<string, string | Import>
  readonly defaultExport: DefaultExport | null
  /** Functions and classes that the module declares, and where their texts start. */
  readonly declared: ReadonlyMap<string, number>
}

/** A default export that is no variable: the value that a local name had, or an expression, by where its text starts. */
type DefaultExport = { readonly local: string } | { readonly start: number }

const known = new Map<string, ModuleBindings>()

/** Returns the variable behind an imported name; `undefined` when the name is not an import, or comes from an unknown module. */
export function importedVariable(scriptId: string, url: string, name: string): ModuleVariable | undefined {
  const imported = bindingsOf(scriptId).imports.get(name)
  return imported === undefined ? undefined : follow(imported, url, 0)
}

/** The exports that a module defines itself: for each name the variable, the start of the function's or class's text, or both. */
export function ownExports(scriptId: string): Map<string, { readonly local?: string; readonly start?: number }> {
  const { exports, defaultExport, declared } = bindingsOf(scriptId)
  const found = new Map<string, { local?: string; start?: number }>()
  const add = (exported: string, local: string): void => {
    const start = declared.get(local)
    found.set(exported, start === undefined ? { local } : { local, start })
  }
  for (const [exported, target] of exports) if (typeof target === 'string') add(exported, target)
  if (defaultExport === null) return found
  if ('local' in defaultExport) add('default', defaultExport.local)
  else found.set('default', defaultExport)
  return found
}

const MAX_HOPS = 20

function follow({ specifier, exported }: Import, from: string, hops: number): ModuleVariable | undefined {
  const target = findModule(specifier, from)
  if (target === undefined || hops > MAX_HOPS) return undefined
  const found = bindingsOf(target.scriptId).exports.get(exported)
  if (found === undefined) return undefined
  if (typeof found === 'string') return { ...target, name: found }
  return follow(found, target.url, hops + 1)
}

const ENDINGS = ['', '.ts', '.js', '.mts', '.mjs', '/index.ts', '/index.js']

/** The script that a relative specifier means, among those that this process has loaded. */
function findModule(specifier: string, from: string): { readonly url: string; readonly scriptId: string } | undefined {
  if (!/^\.{0,2}\/|^file:/.test(specifier) || !from.startsWith('file:')) return undefined
  const base = new URL(specifier, from).href.replace(/[?#].*$/, '')
  const typed = base.replace(/\.([cm]?)js(x?)$/, '.$1ts$2')
  for (const candidate of [...ENDINGS.map((ending) => base + ending), typed]) {
    const script = Scripts.shared.byFile(candidate)
    if (script !== undefined) return { url: script.url, scriptId: script.scriptId }
  }
  return undefined
}

function bindingsOf(scriptId: string): ModuleBindings {
  let bindings = known.get(scriptId)
  if (bindings === undefined) {
    bindings = readBindings(Scripts.shared.source(scriptId))
    known.set(scriptId, bindings)
  }
  return bindings
}

function readBindings(text: string): ModuleBindings {
  const imports = new Map<string, Import>()
  const exports = new Map<string, string | Import>()
  let defaultExport: DefaultExport | null = null
  const declared = new Map<string, number>()
  for (const statement of (parseScript(text, true)?.body ?? []) as SyntaxNode[]) {
    if (statement.type === 'ImportDeclaration') addImports(statement, imports)
    else if (statement.type === 'ExportNamedDeclaration') addExports(statement, exports)
    else if (statement.type === 'ExportDefaultDeclaration') {
      const declaration = statement.declaration as SyntaxNode
      const id = declaration.id as SyntaxNode | null | undefined
      if (id) exports.set('default', id.name as string)
      else if (declaration.type === 'Identifier') defaultExport = { local: declaration.name as string }
      else defaultExport = { start: declaration.start }
    }
    const declaration = (statement.declaration ?? statement) as SyntaxNode
    const id = declaration.id as SyntaxNode | null | undefined
    if (id?.type === 'Identifier') declared.set(id.name as string, declaration.start)
  }
  // `import { a } from …; export { a }`
  for (const [exported, target] of exports) {
    const imported = typeof target === 'string' ? imports.get(target) : undefined
    if (imported !== undefined) exports.set(exported, imported)
  }
  return { imports, exports, defaultExport, declared }
}

function addImports(statement: SyntaxNode, imports: Map<string, Import>): void {
  const specifier = (statement.source as SyntaxNode).value as string
  for (const item of statement.specifiers as SyntaxNode[]) {
    if (item.type === 'ImportNamespaceSpecifier') continue
    const exported = item.type === 'ImportDefaultSpecifier' ? 'default' : spell(item.imported as SyntaxNode)
    imports.set(spell(item.local as SyntaxNode), { specifier, exported })
  }
}

function addExports(statement: SyntaxNode, exports: Map<string, string | Import>): void {
  const source = statement.source as SyntaxNode | null
  for (const item of statement.specifiers as SyntaxNode[]) {
    const local = spell(item.local as SyntaxNode)
    const target = source ? { specifier: source.value as string, exported: local } : local
    exports.set(spell(item.exported as SyntaxNode), target)
  }
  const declaration = statement.declaration as SyntaxNode | null
  if (!declaration) return
  for (const name of declaredNames(declaration)) exports.set(name, name)
}

function declaredNames(declaration: SyntaxNode): string[] {
  if (declaration.type !== 'VariableDeclaration') return [spell(declaration.id as SyntaxNode)]
  return (declaration.declarations as SyntaxNode[])
    .map((item) => item.id as SyntaxNode)
    .filter((id) => id.type === 'Identifier')
    .map(spell)
}

function spell(node: SyntaxNode): string {
  return (node.name ?? node.value) as string
}
