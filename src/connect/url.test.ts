import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseConnectUrl, redacted } from './url.ts'

test('a bare host gets port 15002 and neither TLS nor headers', () => {
  const url = parseConnectUrl('sc://spark.example')
  assert.equal(url.host, 'spark.example')
  assert.equal(url.port, 15002)
  assert.equal(url.usesTls, false)
  assert.deepEqual([...url.headers], [])
  assert.deepEqual(url.keepalive, { timeMs: 60_000, timeoutMs: 20_000, withoutCalls: true })
})

test('parameters follow /; and are decoded; unknown ones become headers', () => {
  const url = parseConnectUrl('sc://h:443/;use_ssl=TRUE;token=a%3Db%3B;user_id=ann;user_agent=app;x-team=d%20e')
  assert.equal(url.port, 443)
  assert.equal(url.usesTls, true)
  assert.equal(url.token, 'a=b;')
  assert.equal(url.userId, 'ann')
  assert.equal(url.userAgent, 'app')
  assert.deepEqual([...url.headers], [['x-team', 'd e']])
})

test('a token asks for TLS, except on this machine', () => {
  assert.equal(parseConnectUrl('sc://h/;token=t').usesTls, true)
  assert.equal(parseConnectUrl('sc://localhost/;token=t').usesTls, false)
  assert.equal(parseConnectUrl('sc://localhost/;token=t;use_ssl=true').usesTls, true)
})

test('the token may come from the environment, and the URL goes before it', () => {
  const env = { SPARK_CONNECT_AUTHENTICATE_TOKEN: 'from-env' }
  assert.equal(parseConnectUrl('sc://h', env).token, 'from-env')
  assert.equal(parseConnectUrl('sc://h/;token=own', env).token, 'own')
})

test('IPv6 addresses stand in brackets', () => {
  const url = parseConnectUrl('sc://[::1]:7')
  assert.equal(url.host, '::1')
  assert.equal(url.port, 7)
})

test('keepalive can be turned off and tuned', () => {
  assert.equal(parseConnectUrl('sc://h/;grpc_keepalive_enabled=false').keepalive, null)
  assert.equal(parseConnectUrl('sc://h/;grpc_keepalive_time_ms=5').keepalive?.timeMs, 5)
})

for (const [url, problem] of [
  ['http://h', /sc:\/\/host:port/],
  ['sc://', /host is missing/],
  ['sc://:15002', /host is missing/],
  ['sc://h:99999', /no port 99999/],
  ['sc://h:port', /no host and port/],
  ['sc://h/path', /path '\/path' must be empty/],
  ['sc://h:1;user_id=u', /parameters follow '\/;'/],
  ['sc://h/;x=a%0Ab', /value of x has characters/],
  ['sc://h/;x%20y=a', /no name of a header/],
  ['sc://h/;token', /'token' must be name=value/],
  ['sc://h/;a=b=c', /'a=b=c' must be name=value/],
  ['sc://h/;session_id=1', /no UUID/],
  ['sc://h/;grpc_keepalive_time_ms=soon', /milliseconds/],
] as const) {
  test(`${url} is refused with what is wrong with it`, () => {
    assert.throws(() => parseConnectUrl(url), { code: 'INVALID_CONNECT_URL', message: problem })
  })
}

test('a token never stands in a message', () => {
  for (const url of ['sc://h/;token=secret;broken', 'sc://h/;token=secret=', 'sc://h/;token=secret/a']) {
    assert.throws(
      () => parseConnectUrl(url),
      (error: Error) => !error.message.includes('secret'),
    )
  }
  assert.equal(redacted('sc://h/;token=secret;user_id=u'), 'sc://h/;token=…;user_id=u')
})
