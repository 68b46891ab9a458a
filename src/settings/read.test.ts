import assert from 'node:assert/strict'
import { test } from 'node:test'
import { read } from './read.ts'
import {
  booleanSetting,
  integerSetting,
  numberSetting,
  type Setting,
  sizeSetting,
  textSetting,
  timeSetting,
} from './setting.ts'

const doc = 'for tests'

function readFrom<T>(settings: Readonly<Record<string, string>>, setting: Setting<T>): T {
  return read((key) => settings[key], setting)
}

test('a setting that is not set has its default', () => {
  const interval: number = readFrom({}, timeSetting('a.interval', { default: 200, doc }))
  const limit: number | undefined = readFrom({}, sizeSetting('a.limit', { default: undefined, doc }))
  assert.equal(interval, 200)
  assert.equal(limit, undefined)
})

test('each kind of setting is read from its text', () => {
  const values: [Setting<unknown>, text: string, value: unknown][] = [
    [textSetting('a', { default: 'x', expects: 'a name', doc }), 'y', 'y'],
    [booleanSetting('a', { default: false, doc }), 'TRUE', true],
    [booleanSetting('a', { default: true, doc }), 'false', false],
    [integerSetting('a', { default: 1, doc }), '-7', -7],
    [numberSetting('a', { default: 1, above: 0, max: 1, doc }), '0.25', 0.25],
    [timeSetting('a', { default: 1, doc }), '5', 5],
    [timeSetting('a', { default: 1, unit: 's', doc }), '5', 5000],
    [timeSetting('a', { default: 1, unit: 's', doc }), '250ms', 250],
    [timeSetting('a', { default: 1, doc }), '2min', 120_000],
    [sizeSetting('a', { default: 1, doc }), '64m', 64 * 1024 * 1024],
    [sizeSetting('a', { default: 1, doc }), '12', 12],
  ]
  for (const [setting, text, value] of values) assert.equal(readFrom({ a: text }, setting), value, text)
})

test('a text that is no value, or is out of range, is refused with key, value, range and example', () => {
  const refused: [Setting<unknown>, text: string, expects: string][] = [
    [booleanSetting('a', { default: false, doc }), 'yes', 'true or false. For instance: a=false'],
    [integerSetting('a', { default: 3, min: 1, doc }), '0', 'a whole number, at least 1. For instance: a=3'],
    [integerSetting('a', { default: 3, doc }), '1.5', 'a whole number. For instance: a=3'],
    [
      numberSetting('a', { default: 0.3, above: 0, max: 1, doc }),
      '0',
      'a number, above 0, at most 1. For instance: a=0.3',
    ],
    [numberSetting('a', { default: 0.3, max: 1, doc }), '1.1', 'a number, at most 1. For instance: a=0.3'],
    [numberSetting('a', { default: 0.3, doc }), ' ', 'a number. For instance: a=0.3'],
    [
      timeSetting('a', { default: 200, min: 1, doc }),
      '-5ms',
      'a time, at least 1ms; a bare number is milliseconds. For instance: a=200ms',
    ],
    [
      timeSetting('a', { default: 90_000, unit: 's', doc }),
      '5 parsecs',
      'a time; a bare number is seconds. For instance: a=90s',
    ],
    [sizeSetting('a', { default: undefined, doc }), 'big', 'a size; a bare number is bytes. For instance: a=64m'],
    [
      sizeSetting('a', { default: 1024 ** 3, min: 1024, doc }),
      '1',
      'a size, at least 1k; a bare number is bytes. For instance: a=1g',
    ],
  ]
  for (const [setting, text, expects] of refused) {
    assert.throws(() => readFrom({ a: text }, setting), {
      name: 'IllegalArgumentException',
      code: 'INVALID_SETTING',
      message: `The setting a is '${text}'. It must be ${expects}`,
    })
  }
})

test('an older name is read when the present one is not set', () => {
  const setting = integerSetting('new', { default: 1, olderKeys: ['old', 'oldest'], doc })
  assert.equal(readFrom({ oldest: '4' }, setting), 4)
  assert.equal(readFrom({ old: '3', oldest: '4' }, setting), 3)
  assert.equal(readFrom({ new: '2', old: '3' }, setting), 2)
  assert.throws(() => readFrom({ old: 'x' }, setting), { message: /^The setting old is 'x'/ })
})
