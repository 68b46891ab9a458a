import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ConnectUrl, parseConnectUrl } from '../../../src/connect/url.ts'
import recorded from './expected.json' with { type: 'json' }

type Answer = (typeof recorded.answers)[number]

/** URLs that PySpark takes and that are refused here: by them it would connect to another host than meant, or fail with the first call. */
const REFUSED: ReadonlyMap<string, string> = new Map([
  ['sc://h;', 'the semicolon becomes a part of the host'],
  ['sc://;user_id=u', 'the parameters become the host'],
  ['sc://h;user_id=u', 'the parameters become a part of the host'],
  ['sc://h ', 'a space in the host'],
  ['sc://a b', 'a space in the host'],
  ['sc://h\\x', 'a backslash in the host'],
  ['sc://h\t:1', 'a tab that is passed over'],
  ['sc://u@h', 'a user that is passed over'],
  ['sc://u:p@h:1', 'a password that is passed over'],
  ['sc://h?x=1', 'a query that is passed over'],
  ['sc://h/?x=1', 'a query that is passed over'],
  ['sc://h/;a=b?c=d', 'a query that is passed over'],
  ['sc://h/;token=t?x', 'the rest of a token that is passed over'],
  ['sc://h#f', 'a fragment that is passed over'],
  ['sc://h/;a=b#f', 'a fragment that is passed over'],
  ['sc://h/;a=b\nc', 'a line end that is passed over'],
  ['sc://h/;=u', 'a header without a name'],
  ['sc://h/; a=b', 'no name of a header'],
  ['sc://h/;a =b ;c= d', 'no name of a header'],
  ['sc://h/;user%5Fid=u', 'no name of a header'],
  ['sc://h/;x-bin=a', 'a header of bytes'],
  ['sc://h/;session_id=12345678123441238123123456789abc', 'no UUID for the server'],
  ['sc://h/;session_id={12345678-1234-4123-8123-123456789abc}', 'no UUID for the server'],
  ['sc://h/;session_id=urn:uuid:12345678-1234-4123-8123-123456789abc', 'no UUID for the server'],
  ['sc://h/;grpc_keepalive_time_ms=1_000', 'no number but in Python'],
  ['sc://h/;grpc_keepalive_time_ms=0', 'no time'],
  ['sc://h/;grpc_keepalive_time_ms=-1', 'no time'],
])

/** `given`: the token of the environment. */
function read({ url, given }: Answer): ConnectUrl {
  return parseConnectUrl(url, given === null ? {} : { SPARK_CONNECT_AUTHENTICATE_TOKEN: given })
}

/** In PySpark's form. */
function described(url: ConnectUrl) {
  const { keepalive } = url
  return {
    endpoint: `${url.host.includes(':') ? `[${url.host}]` : url.host}:${url.port}`,
    tls: url.usesTls,
    token: url.token,
    userId: url.userId,
    userAgent: url.userAgent,
    sessionId: url.sessionId,
    headers: Object.fromEntries(url.headers),
    keepalive:
      keepalive === null ? [null, null, null] : [keepalive.timeMs, keepalive.timeoutMs, keepalive.withoutCalls ? 1 : 0],
  }
}

for (const answer of recorded.answers) {
  const { url } = answer
  const name = `${JSON.stringify(url.slice(0, 60))}${answer.given === null ? '' : ` with the environment's token '${answer.given}'`}`
  const refusal = REFUSED.get(url)
  if ('error' in answer || refusal !== undefined) {
    test(`${name} is refused${refusal === undefined ? ' as by PySpark' : `: ${refusal}`}`, () => {
      assert.throws(() => read(answer), { code: 'INVALID_CONNECT_URL' })
    })
  } else {
    test(`${name} is read as by PySpark`, () => {
      const { endpoint, tls, token, userId, userAgent, sessionId, headers, keepalive } = answer
      const wanted = { endpoint, tls, token, userId, userAgent, sessionId, headers, keepalive }
      assert.deepEqual(described(read(answer)), wanted)
    })
  }
}
