import { eachChild, type SyntaxNode } from './syntax.ts'

/** One place where a free name stands, as offsets in the parsed text. */
export interface NameUse {
  readonly start: number
  readonly end: number
  /** `{ x }` or, in a pattern, `{ x = 1 }`: when `x` is rewritten the property name has to be spelt out. */
  readonly shorthand: boolean
  readonly write: boolean
  /** `x.member` or `x['member']` read: the member's name. */
  readonly member: string | undefined
  /** Called or used as a template tag: `x()` must not become a method call when `x` is rewritten. */
  readonly callee: boolean
  /** The assignment makes a value only where there is none (`x ??= …`, `if (!x) x = …`). */
  readonly lazy: boolean
}

export interface FreeName {
  readonly name: string
  readonly uses: NameUse[]
}

/** The names outside of a function that the function's text refers to. */
export interface FreeNames {
  readonly names: ReadonlyMap<string, FreeName>
  /** `this` of the surrounding code, which only an arrow function sees. */
  readonly usesOuterThis: boolean
  readonly outerThis: readonly { readonly start: number; readonly end: number }[]
  /** `super` that belongs to the function itself (a method) or to the surrounding method (an arrow function). */
  readonly usesSuper: boolean
  /** `new.target` of the surrounding code. */
  readonly usesOuterNewTarget: boolean
  /** Private names used but not declared inside. */
  readonly privateNames: ReadonlySet<string>
  readonly importMeta: readonly { readonly start: number; readonly end: number }[]
  /** The `import` of each `import(…)`. */
  readonly dynamicImports: readonly number[]
  /** Direct `eval` can name anything. */
  readonly usesEval: boolean
  /** Every identifier in the text, so that a new one can be made up. */
  readonly identifiers: ReadonlySet<string>
}

/** How a name is declared, and whether anything assigns it afterwards. */
export interface Declaration {
  readonly kind: 'const' | 'let' | 'var' | 'parameter' | 'function' | 'class' | 'import'
  isAssigned: boolean
}

interface Scope {
  readonly names: Map<string, Declaration>
  readonly parent: Scope | undefined
  /** Where `var` lands. */
  readonly isFunction: boolean
  /** Whether what stands in it can run more than once for each time that the code around it runs. */
  readonly isRepeated: boolean
}

interface Reference {
  readonly name: string
  readonly scope: Scope
  readonly use: NameUse
}

const FUNCTIONS = new Set(['FunctionExpression', 'FunctionDeclaration', 'ArrowFunctionExpression'])

/** Finds the free names of a parsed function, class or method, or of a whole script. */
export function findFreeNames(root: SyntaxNode): FreeNames {
  return new Finder().run(root)
}

/** What a script says of a name, as the function that starts at an offset sees it (-1: the top of the script). */
export interface Declarations {
  lookUp(functionStart: number, name: string): Declaration | undefined
  /** Whether the function is made at most once for each variable of that name: no loop and no other function stands between. */
  isMadeOnce(functionStart: number, name: string): boolean | undefined
}

/** Analyses a whole script; `undefined` when it calls eval, which can assign anything. */
export function findDeclarations(program: SyntaxNode): Declarations | undefined {
  const finder = new Finder()
  const { usesEval } = finder.run(program)
  if (usesEval) return undefined
  return {
    lookUp: (functionStart, name) => declarationOf(name, finder.scopes.get(functionStart)),
    isMadeOnce(functionStart, name) {
      for (let scope = finder.scopes.get(functionStart); scope !== undefined; scope = scope.parent) {
        if (scope.names.has(name)) return true
        if (scope.isRepeated) return false
      }
      return undefined
    },
  }
}

class Finder {
  /** The scope around each function and class, by the start of its text. */
  readonly scopes = new Map<number, Scope>()

  readonly #references: Reference[] = []
  readonly #identifiers = new Set<string>()
  readonly #importMeta: { start: number; end: number }[] = []
  readonly #dynamicImports: number[] = []
  readonly #privateScopes: Set<string>[] = []
  readonly #privateNames = new Set<string>()
  readonly #outerThis: { start: number; end: number }[] = []
  #usesSuper = false
  #usesOuterNewTarget = false
  #usesEval = false
  /** Functions (not arrows) and class bodies around the current node: `this` belongs to the innermost. */
  #thisDepth = 0
  /** Methods around the current node beneath the root, whose `super` is their own. */
  #methodDepth = 0
  /** Names that an enclosing `if` tests, for lazily made values. */
  readonly #tested: Set<string>[] = []

  run(root: SyntaxNode): FreeNames {
    const scope = newScope(undefined, true)
    this.scopes.set(-1, scope)
    if (root.type === 'Property' || root.type === 'MethodDefinition') this.#rootMethod(root, scope)
    else this.#visit(root, scope)
    const names = new Map<string, FreeName>()
    for (const { name, scope: from, use } of this.#references) {
      const declaration = declarationOf(name, from)
      if (declaration !== undefined) {
        if (use.write) declaration.isAssigned = true
        continue
      }
      let free = names.get(name)
      if (free === undefined) {
        free = { name, uses: [] }
        names.set(name, free)
      }
      free.uses.push(use)
    }
    return {
      names,
      usesOuterThis: this.#outerThis.length > 0,
      outerThis: this.#outerThis,
      usesSuper: this.#usesSuper,
      usesOuterNewTarget: this.#usesOuterNewTarget,
      privateNames: this.#privateNames,
      importMeta: this.#importMeta,
      dynamicImports: this.#dynamicImports,
      usesEval: this.#usesEval,
      identifiers: this.#identifiers,
    }
  }

  /** The root itself is a method: its key is replaced when it is rebuilt, so a computed key counts for nothing. */
  #rootMethod(root: SyntaxNode, scope: Scope): void {
    this.#visit(root.value as SyntaxNode, scope)
  }

  #visit(node: SyntaxNode, scope: Scope): void {
    switch (node.type) {
      case 'Identifier':
        this.#refer(node, scope)
        return
      case 'FunctionExpression':
      case 'FunctionDeclaration':
      case 'ArrowFunctionExpression':
        this.#function(node, scope)
        return
      case 'ClassExpression':
      case 'ClassDeclaration':
        this.#class(node, scope)
        return
      case 'BlockStatement':
      case 'StaticBlock':
      case 'ForStatement':
      case 'ForInStatement':
      case 'ForOfStatement':
      case 'SwitchStatement':
        this.#block(node, scope)
        return
      case 'WhileStatement':
      case 'DoWhileStatement': {
        const repeated = newScope(scope, false, true)
        eachChild(node, (child) => this.#visit(child, repeated))
        return
      }
      case 'CatchClause':
        this.#catch(node, scope)
        return
      case 'VariableDeclaration':
        this.#variables(node, scope)
        return
      case 'ImportDeclaration':
        for (const item of node.specifiers as SyntaxNode[]) this.#declare(item.local as SyntaxNode, scope, 'import')
        return
      case 'ExportSpecifier':
        return
      case 'MemberExpression':
        this.#member(node, scope)
        return
      case 'Property':
        this.#property(node, scope)
        return
      case 'MethodDefinition':
      case 'PropertyDefinition':
        this.#classElement(node, scope)
        return
      case 'AssignmentExpression':
        this.#assignment(node, scope)
        return
      case 'UpdateExpression':
        this.#target(node.argument as SyntaxNode, scope)
        return
      case 'IfStatement':
        this.#if(node, scope)
        return
      case 'LabeledStatement':
        this.#visit(node.body as SyntaxNode, scope)
        return
      case 'BreakStatement':
      case 'ContinueStatement':
        return
      case 'ThisExpression':
        if (this.#thisDepth === 0) this.#outerThis.push({ start: node.start, end: node.end })
        return
      case 'Super':
        if (this.#methodDepth === 0) this.#usesSuper = true
        return
      case 'MetaProperty':
        this.#metaProperty(node)
        return
      case 'PrivateIdentifier':
        this.#private(node)
        return
      case 'ImportExpression':
        this.#dynamicImports.push(node.start)
        break
      case 'CallExpression': {
        const callee = node.callee as SyntaxNode
        if (callee.type !== 'Identifier') break
        if (callee.name === 'eval') this.#usesEval = true
        this.#refer(callee, scope, { callee: true })
        for (const argument of node.arguments as SyntaxNode[]) this.#visit(argument, scope)
        return
      }
      case 'TaggedTemplateExpression': {
        const tag = node.tag as SyntaxNode
        if (tag.type === 'Identifier') this.#refer(tag, scope, { callee: true })
        else this.#visit(tag, scope)
        this.#visit(node.quasi as SyntaxNode, scope)
        return
      }
      default:
    }
    eachChild(node, (child) => this.#visit(child, scope))
  }

  #refer(node: SyntaxNode, scope: Scope, extra?: Partial<NameUse>): void {
    const name = node.name as string
    this.#identifiers.add(name)
    const use = {
      start: node.start,
      end: node.end,
      shorthand: false,
      write: false,
      member: undefined,
      callee: false,
      lazy: false,
    }
    this.#references.push({ name, scope, use: extra === undefined ? use : { ...use, ...extra } })
  }

  #declare(node: SyntaxNode, scope: Scope, kind: Declaration['kind']): void {
    const name = node.name as string
    this.#identifiers.add(name)
    // `var` twice, or a function twice: the second is an assignment.
    scope.names.set(name, { kind, isAssigned: scope.names.has(name) })
  }

  #function(node: SyntaxNode, outer: Scope): void {
    this.scopes.set(node.start, outer)
    const isArrow = node.type === 'ArrowFunctionExpression'
    const id = node.id as SyntaxNode | null
    let around = outer
    if (id) {
      if (node.type === 'FunctionDeclaration') this.#declare(id, outer, 'function')
      around = newScope(outer, false)
      this.#declare(id, around, 'function')
    }
    const scope = newScope(around, true)
    if (!isArrow) {
      scope.names.set('arguments', { kind: 'parameter', isAssigned: false })
      this.#thisDepth++
    }
    for (const parameter of node.params as SyntaxNode[]) this.#pattern(parameter, scope, scope, 'parameter')
    const body = node.body as SyntaxNode
    if (body.type === 'BlockStatement') eachChild(body, (child) => this.#visit(child, scope))
    else this.#visit(body, scope)
    if (!isArrow) this.#thisDepth--
  }

  #class(node: SyntaxNode, outer: Scope): void {
    this.scopes.set(node.start, outer)
    const id = node.id as SyntaxNode | null
    if (id && node.type === 'ClassDeclaration') this.#declare(id, outer, 'class')
    const scope = newScope(outer, false)
    if (id) this.#declare(id, scope, 'class')
    if (node.superClass) this.#visit(node.superClass as SyntaxNode, scope)
    const elements = (node.body as SyntaxNode).body as SyntaxNode[]
    const privates = new Set<string>()
    for (const element of elements) {
      const key = element.key as SyntaxNode | undefined
      if (key?.type === 'PrivateIdentifier') privates.add(key.name as string)
    }
    this.#privateScopes.push(privates)
    for (const element of elements) this.#visit(element, scope)
    this.#privateScopes.pop()
  }

  /** Methods, fields and static blocks of a class, and what stands in them: `this` and `super` are theirs, not in a computed key. */
  #classElement(node: SyntaxNode, scope: Scope): void {
    if (node.computed === true) this.#visit(node.key as SyntaxNode, scope)
    if (!node.value) return
    this.#thisDepth++
    this.#methodDepth++
    this.#visit(node.value as SyntaxNode, newScope(scope, true))
    this.#thisDepth--
    this.#methodDepth--
  }

  #block(node: SyntaxNode, outer: Scope): void {
    const isStatic = node.type === 'StaticBlock'
    const scope = newScope(outer, isStatic, isStatic || node.type.startsWith('For'))
    if (isStatic) {
      this.#thisDepth++
      this.#methodDepth++
    }
    const left = node.left as SyntaxNode | undefined
    eachChild(node, (child) => {
      if (child === left && child.type !== 'VariableDeclaration') this.#target(child, scope)
      else this.#visit(child, scope)
    })
    if (isStatic) {
      this.#thisDepth--
      this.#methodDepth--
    }
  }

  #catch(node: SyntaxNode, outer: Scope): void {
    const scope = newScope(outer, false)
    if (node.param) this.#pattern(node.param as SyntaxNode, scope, scope, 'parameter')
    this.#visit(node.body as SyntaxNode, scope)
  }

  #variables(node: SyntaxNode, scope: Scope): void {
    let target = scope
    if (node.kind === 'var') while (!target.isFunction && target.parent !== undefined) target = target.parent
    for (const item of node.declarations as SyntaxNode[]) {
      this.#pattern(item.id as SyntaxNode, target, scope, node.kind as 'const' | 'let' | 'var')
      if (item.init) this.#visit(item.init as SyntaxNode, scope)
    }
  }

  /** A declaring pattern: names go to `target`, default values and computed keys are read in `scope`. */
  #pattern(node: SyntaxNode, target: Scope, scope: Scope, kind: Declaration['kind']): void {
    switch (node.type) {
      case 'Identifier':
        this.#declare(node, target, kind)
        return
      case 'AssignmentPattern':
        this.#pattern(node.left as SyntaxNode, target, scope, kind)
        this.#visit(node.right as SyntaxNode, scope)
        return
      case 'RestElement':
        this.#pattern(node.argument as SyntaxNode, target, scope, kind)
        return
      case 'ArrayPattern':
        for (const item of node.elements as (SyntaxNode | null)[]) if (item) this.#pattern(item, target, scope, kind)
        return
      case 'ObjectPattern':
        for (const item of node.properties as SyntaxNode[]) {
          if (item.type === 'RestElement') this.#pattern(item, target, scope, kind)
          else {
            if (item.computed === true) this.#visit(item.key as SyntaxNode, scope)
            this.#pattern(item.value as SyntaxNode, target, scope, kind)
          }
        }
        return
      default:
    }
  }

  #assignment(node: SyntaxNode, scope: Scope): void {
    const operator = node.operator
    const left = node.left as SyntaxNode
    const lazy = operator === '??=' || operator === '||='
    this.#target(left, scope, lazy)
    this.#visit(node.right as SyntaxNode, scope)
  }

  /** An assigning pattern or expression. */
  #target(node: SyntaxNode, scope: Scope, lazy = false, shorthand = false): void {
    switch (node.type) {
      case 'Identifier': {
        const name = node.name as string
        this.#refer(node, scope, {
          write: true,
          shorthand,
          lazy: lazy || this.#tested.some((names) => names.has(name)),
        })
        return
      }
      case 'AssignmentPattern':
        this.#target(node.left as SyntaxNode, scope, lazy, shorthand)
        this.#visit(node.right as SyntaxNode, scope)
        return
      case 'RestElement':
        this.#target(node.argument as SyntaxNode, scope)
        return
      case 'ArrayPattern':
        for (const item of node.elements as (SyntaxNode | null)[]) if (item) this.#target(item, scope)
        return
      case 'ObjectPattern':
        for (const item of node.properties as SyntaxNode[]) {
          if (item.type === 'RestElement') this.#target(item, scope)
          else {
            if (item.computed === true) this.#visit(item.key as SyntaxNode, scope)
            this.#target(item.value as SyntaxNode, scope, false, item.shorthand === true)
          }
        }
        return
      default:
        this.#visit(node, scope)
    }
  }

  #member(node: SyntaxNode, scope: Scope): void {
    const object = node.object as SyntaxNode
    const property = node.property as SyntaxNode
    const isComputed = node.computed === true
    if (object.type === 'Identifier') {
      let member: string | undefined
      if (!isComputed && property.type === 'Identifier') member = property.name as string
      else if (isComputed && typeof property.value === 'string') member = property.value
      this.#refer(object, scope, { member })
    } else {
      this.#visit(object, scope)
    }
    if (isComputed || property.type === 'PrivateIdentifier') this.#visit(property, scope)
    else this.#identifiers.add(property.name as string)
  }

  #property(node: SyntaxNode, scope: Scope): void {
    const value = node.value as SyntaxNode
    if (node.computed === true) this.#visit(node.key as SyntaxNode, scope)
    if (node.shorthand === true && value.type === 'Identifier') {
      this.#refer(value, scope, { shorthand: true })
      return
    }
    const isMethod = node.method === true || node.kind === 'get' || node.kind === 'set'
    if (isMethod) this.#methodDepth++
    this.#visit(value, scope)
    if (isMethod) this.#methodDepth--
  }

  #if(node: SyntaxNode, scope: Scope): void {
    const tested = new Set<string>()
    collectIdentifiers(node.test as SyntaxNode, tested)
    this.#visit(node.test as SyntaxNode, scope)
    this.#tested.push(tested)
    this.#visit(node.consequent as SyntaxNode, scope)
    this.#tested.pop()
    if (node.alternate) this.#visit(node.alternate as SyntaxNode, scope)
  }

  #metaProperty(node: SyntaxNode): void {
    if ((node.meta as SyntaxNode).name === 'import') this.#importMeta.push({ start: node.start, end: node.end })
    else if (this.#thisDepth === 0) this.#usesOuterNewTarget = true
  }

  #private(node: SyntaxNode): void {
    const name = node.name as string
    if (!this.#privateScopes.some((names) => names.has(name))) this.#privateNames.add(name)
  }
}

function collectIdentifiers(node: SyntaxNode, into: Set<string>): void {
  if (node.type === 'Identifier') into.add(node.name as string)
  else if (!FUNCTIONS.has(node.type)) eachChild(node, (child) => collectIdentifiers(child, into))
}

function newScope(parent: Scope | undefined, isFunction: boolean, isRepeated: boolean = isFunction): Scope {
  return { names: new Map(), parent, isFunction, isRepeated }
}

function declarationOf(name: string, from: Scope | undefined): Declaration | undefined {
  for (let scope: Scope | undefined = from; scope !== undefined; scope = scope.parent) {
    const declaration = scope.names.get(name)
    if (declaration !== undefined) return declaration
  }
  return undefined
}
