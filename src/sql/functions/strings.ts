import type { TypedExpression } from '../plan/typed-expression.ts'
import { ArrayType, BooleanType, IntegerType, StringType } from '../types/data-type.ts'
import { castTo, type ResolveCall, scalar } from './signature.ts'

const text = (name: string, js: (args: readonly string[]) => string): ResolveCall =>
  scalar(name, { params: ['string'], returns: StringType, js })

const like = (name: string, isIgnoringCase: boolean): ResolveCall =>
  scalar(name, {
    params: ['string', 'string', 'string'],
    optional: 1,
    returns: BooleanType,
    js: ([a, pattern, escapeCharacter]) =>
      `rt.likePattern(${pattern}, ${escapeCharacter ?? "'\\\\'"}, ${isIgnoringCase}).test(${a})`,
  })

const concat: ResolveCall = scalar('concat', {
  params: ['string'],
  isVariadic: true,
  returns: StringType,
  js: (args) => (args.length === 0 ? "''" : args.join(' + ')),
})

const concatWs: ResolveCall = scalar('concat_ws', {
  params: ['string', 'string'],
  isVariadic: true,
  returns: StringType,
  nullable: ([separator]) => separator!.nullable,
  emit: ([separator, ...rest], { result }, writer) => {
    const between = writer.emit(separator!)
    const parts = writer.fresh('parts')
    writer.write(`const ${parts} = []`)
    for (const part of rest) {
      const { value, isNull } = writer.emit(part)
      writer.write(`if (!(${isNull})) ${parts}.push(${value})`)
    }
    return writer.strict([between], result, false, ([one]) => `${parts}.join(${one})`)
  },
})

const trim = (name: string, side: 'both' | 'left' | 'right'): ResolveCall =>
  scalar(name, {
    params: ['string', 'string'],
    optional: 1,
    returns: StringType,
    js: ([a, characters]) => `rt.trimText(${a}, ${characters ?? "' '"}, '${side}')`,
  })

const pad = (name: string, side: 'left' | 'right'): ResolveCall =>
  scalar(name, {
    params: ['string', 'integer', 'string'],
    optional: 1,
    returns: StringType,
    js: ([a, length, filling]) => `rt.padText(${a}, ${length}, ${filling ?? "' '"}, '${side}')`,
  })

const substring = (name: string): ResolveCall =>
  scalar(name, {
    params: ['string', 'integer', 'integer'],
    optional: 1,
    returns: StringType,
    js: ([a, position, length]) => `rt.substring(${a}, ${position}, ${length ?? '2147483647'})`,
  })

const rlike = (name: string): ResolveCall =>
  scalar(name, {
    params: ['string', 'string'],
    returns: BooleanType,
    js: ([a, pattern]) => `rt.javaRegex(${pattern}).test(${a})`,
  })

export const strings: Readonly<Record<string, ResolveCall>> = {
  upper: text('upper', ([a]) => `${a}.toUpperCase()`),
  ucase: text('ucase', ([a]) => `${a}.toUpperCase()`),
  lower: text('lower', ([a]) => `${a}.toLowerCase()`),
  lcase: text('lcase', ([a]) => `${a}.toLowerCase()`),
  initcap: text('initcap', ([a]) => `rt.initcap(${a})`),
  reverse: text('reverse', ([a]) => `rt.reverseText(${a})`),
  trim: trim('trim', 'both'),
  btrim: trim('btrim', 'both'),
  ltrim: trim('ltrim', 'left'),
  rtrim: trim('rtrim', 'right'),
  lpad: pad('lpad', 'left'),
  rpad: pad('rpad', 'right'),
  length: scalar('length', { params: ['string'], returns: IntegerType, js: ([a]) => `rt.charLength(${a})` }),
  char_length: scalar('char_length', { params: ['string'], returns: IntegerType, js: ([a]) => `rt.charLength(${a})` }),
  concat,
  '||': concat,
  concat_ws: concatWs,
  substring: substring('substring'),
  substr: substring('substr'),
  left: scalar('left', {
    params: ['string', 'integer'],
    returns: StringType,
    js: ([a, n]) => `rt.substring(${a}, 1, ${n})`,
  }),
  right: scalar('right', {
    params: ['string', 'integer'],
    returns: StringType,
    js: ([a, n]) => `(${n} <= 0 ? '' : rt.substring(${a}, -${n}, ${n}))`,
  }),
  repeat: scalar('repeat', {
    params: ['string', 'integer'],
    returns: StringType,
    js: ([a, n]) => `${a}.repeat(Math.max(0, ${n}))`,
  }),
  replace: scalar('replace', {
    params: ['string', 'string', 'string'],
    optional: 1,
    returns: StringType,
    js: ([a, from, to]) => `(${from} === '' ? ${a} : ${a}.split(${from}).join(${to ?? "''"}))`,
  }),
  instr: scalar('instr', {
    params: ['string', 'string'],
    returns: IntegerType,
    js: ([a, part]) => `rt.textPosition(${part}, ${a})`,
  }),
  locate: scalar('locate', {
    params: ['string', 'string', 'integer'],
    optional: 1,
    returns: IntegerType,
    js: ([part, a, start]) => `rt.textPosition(${part}, ${a}, ${start ?? '1'})`,
  }),
  position: scalar('position', {
    params: ['string', 'string', 'integer'],
    optional: 1,
    returns: IntegerType,
    js: ([part, a, start]) => `rt.textPosition(${part}, ${a}, ${start ?? '1'})`,
  }),
  substring_index: scalar('substring_index', {
    params: ['string', 'string', 'integer'],
    returns: StringType,
    js: ([a, delimiter, count]) => `rt.substringIndex(${a}, ${delimiter}, ${count})`,
  }),
  translate: scalar('translate', {
    params: ['string', 'string', 'string'],
    returns: StringType,
    js: ([a, from, to]) => `rt.translateText(${a}, ${from}, ${to})`,
  }),
  ascii: scalar('ascii', { params: ['string'], returns: IntegerType, js: ([a]) => `(${a}.codePointAt(0) ?? 0)` }),
  startswith: scalar('startswith', {
    params: ['string', 'string'],
    returns: BooleanType,
    js: ([a, part]) => `${a}.startsWith(${part})`,
  }),
  endswith: scalar('endswith', {
    params: ['string', 'string'],
    returns: BooleanType,
    js: ([a, part]) => `${a}.endsWith(${part})`,
  }),
  contains: scalar('contains', {
    params: ['string', 'string'],
    returns: BooleanType,
    js: ([a, part]) => `${a}.includes(${part})`,
  }),
  like: like('like', false),
  ilike: like('ilike', true),
  rlike: rlike('rlike'),
  regexp: rlike('regexp'),
  regexp_like: rlike('regexp_like'),
  split: scalar('split', {
    params: ['string', 'string', 'integer'],
    optional: 1,
    returns: new ArrayType(StringType, false),
    js: ([a, pattern, limit]) => `rt.splitText(${a}, ${pattern}, ${limit ?? '-1'})`,
  }),
  string: ([a]) => ({
    spec: { name: 'string', js: ([x]) => x! },
    args: [castTo(a as TypedExpression, StringType)],
    type: StringType,
    nullable: a!.nullable,
  }),
}
