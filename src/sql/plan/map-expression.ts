import type { Expression, FrameBound, SortOrder } from './expression.ts'

/** The expressions that an expression is made of, in the order in which they stand; those within a subquery's plan left out. */
export function childrenOf(expression: Expression): readonly Expression[] {
  const children: Expression[] = []
  mapChildren(expression, (child) => {
    children.push(child)
    return child
  })
  return children
}

/** The expression with each of its parts replaced by what `f` makes of it. */
export function mapChildren(expression: Expression, f: (child: Expression) => Expression): Expression {
  const sort = (order: SortOrder): SortOrder => ({ ...order, child: f(order.child) })
  const bound = (one: FrameBound): FrameBound => (typeof one === 'string' ? one : f(one))
  switch (expression.kind) {
    case 'literal':
    case 'typedLiteral':
    case 'interval':
    case 'attribute':
    case 'star':
    case 'text':
    case 'lambdaVariable':
    case 'parameter':
      return expression
    case 'function':
      return {
        ...expression,
        args: expression.args.map(f),
        ...(expression.filter && { filter: f(expression.filter) }),
        ...(expression.withinGroup && { withinGroup: expression.withinGroup.map(sort) }),
      }
    case 'alias':
    case 'cast':
    case 'sortOrder':
      return { ...expression, child: f(expression.child) }
    case 'window':
      return {
        ...expression,
        function: f(expression.function),
        partitionBy: expression.partitionBy.map(f),
        orderBy: expression.orderBy.map(sort),
        ...(expression.frame && {
          frame: { ...expression.frame, lower: bound(expression.frame.lower), upper: bound(expression.frame.upper) },
        }),
      }
    case 'lambda':
      return { ...expression, body: f(expression.body) }
    case 'extract':
      return { ...expression, child: f(expression.child), key: f(expression.key) }
    case 'subquery':
      return expression.values === undefined ? expression : { ...expression, values: expression.values.map(f) }
    case 'namedArgument':
      return { ...expression, value: f(expression.value) }
    case 'updateFields':
      return { ...expression, child: f(expression.child), value: expression.value && f(expression.value) }
  }
}

/** The expression with `f` applied to each of its parts, the innermost first, and then to itself. */
export function transformUp(expression: Expression, f: (one: Expression) => Expression): Expression {
  return f(mapChildren(expression, (child) => transformUp(child, f)))
}
