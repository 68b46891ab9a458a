/** A double as Java's `Double.toString` prints it: `1.0`, `1.0E10`, `1.0E-5`. */
export function doubleText(value: number): string {
  return javaText(value, String(value))
}

/** A float as Java's `Float.toString` prints it: the shortest digits that give the float back. */
export function floatText(value: number): string {
  if (!Number.isFinite(value) || value === 0) return doubleText(value)
  for (let digits = 1; digits <= 9; digits++) {
    const text = value.toPrecision(digits)
    if (Math.fround(Number(text)) === value) return javaText(value, String(Number(text)))
  }
  return doubleText(value)
}

function javaText(value: number, shortest: string): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity'
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  const magnitude = Math.abs(value)
  const sign = value < 0 ? '-' : ''
  const { digits, exponent } = digitsOf(shortest.replace('-', ''))
  if (magnitude >= 1e-3 && magnitude < 1e7) return `${sign}${plain(digits, exponent)}`
  return `${sign}${digits[0]}.${digits.slice(1) || '0'}E${exponent}`
}

/** The digits without zeros at either end, and the power of ten of the first one. */
function digitsOf(text: string): { digits: string; exponent: number } {
  const [mantissa = '', power = '0'] = text.split('e')
  const [whole = '', behind = ''] = mantissa.split('.')
  const all = `${whole}${behind}`
  const leading = all.length - all.replace(/^0+/, '').length
  return {
    digits: all.slice(leading).replace(/0+$/, ''),
    exponent: whole.length - 1 - leading + Number(power),
  }
}

function plain(digits: string, exponent: number): string {
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${digits}`
  if (digits.length <= exponent + 1) return `${digits.padEnd(exponent + 1, '0')}.0`
  return `${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`
}
