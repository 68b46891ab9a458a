import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SETTINGS } from './registry.ts'

test('no two settings share a name, old or new', () => {
  const keys = SETTINGS.flatMap(({ key, olderKeys }) => [key, ...olderKeys])
  assert.deepEqual(keys, [...new Set(keys)])
})

test('a definition is frozen, its example can be read, and its default is within its range', () => {
  for (const setting of SETTINGS) {
    assert(Object.isFrozen(setting), setting.key)
    if (setting.kind !== 'text') assert.notEqual(setting.parse(setting.example), undefined, setting.key)
    assert.notEqual(setting.example, '', setting.key)
    const isOmitted = setting.defaultValue === undefined || setting.defaultText !== `\`${setting.example}\``
    if (!isOmitted) assert.equal(setting.parse(setting.example), setting.defaultValue, setting.key)
  }
})
