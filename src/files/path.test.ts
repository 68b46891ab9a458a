import assert from 'node:assert/strict'
import { test } from 'node:test'
import { IllegalArgumentException } from '../errors.ts'
import { isHidden, parsePath, splitPathList } from './path.ts'

test('a path is taken apart without being decoded, its slashes and dot segments normalised', () => {
  const parsed = (text: string) => Object.values(parsePath(text))
  assert.deepEqual(parsed('file:///data/a b%20.txt'), ['file', '', '/data/a b%20.txt'])
  assert.deepEqual(parsed('file:/data//x/../y/'), ['file', '', '/data/y'])
  assert.deepEqual(parsed('HDFS://name:8020/x'), ['hdfs', 'name:8020', '/x'])
  assert.deepEqual(parsed('s3://bucket'), ['s3', 'bucket', '/'])
  assert.deepEqual(parsed('rel/x'), [undefined, '', 'rel/x'])
  assert.deepEqual(parsed('/'), [undefined, '', '/'])
})

test('an empty path is refused in Hadoop words', () => {
  assert.throws(
    () => parsePath(''),
    (error: unknown) => {
      assert(error instanceof IllegalArgumentException)
      assert.equal(error.message, 'Can not create a Path from an empty string')
      return true
    },
  )
})

test('a path list is cut at commas outside of braces', () => {
  assert.deepEqual(splitPathList('/a,/b/{x,{y,z}}/c,d'), ['/a', '/b/{x,{y,z}}/c', 'd'])
  assert.deepEqual(splitPathList('/a},/b'), ['/a}', '/b'])
  assert.deepEqual(splitPathList('/a,'), ['/a', ''])
})

test('names that start with an underscore or a dot are hidden, folders of such names on the way are not', () => {
  assert.equal(isHidden('file:/a/_SUCCESS'), true)
  assert.equal(isHidden('file:/a/.part.crc'), true)
  assert.equal(isHidden('file:/_a/part-00000'), false)
})
