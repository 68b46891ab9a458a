import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseProperties } from './properties-file.ts'

test('a properties file is read as Java reads one', () => {
  const text = [
    '# a comment',
    '! another',
    '',
    'spark.master            local[4]',
    'spark.app.name=with = sign',
    '  spark.a : b c  ',
    'spark.tab\tvalue',
    'spark.empty',
    'spark.long = one, \\',
    '    two',
    'key\\ with\\:signs = a\\tb\\u0041\\\\',
  ].join('\r\n')
  assert.deepEqual(parseProperties(text), {
    'spark.master': 'local[4]',
    'spark.app.name': 'with = sign',
    'spark.a': 'b c',
    'spark.tab': 'value',
    'spark.empty': '',
    'spark.long': 'one, two',
    'key with:signs': 'a\tbA\\',
  })
})
