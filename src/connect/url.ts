import { SparkException } from '../errors.ts'

/** A parsed `sc://` URL. */
export interface ConnectUrl {
  /** A host name or an address; an IPv6 address without its brackets. */
  readonly host: string
  readonly port: number
  /** TLS: `use_ssl=true`, or a token for a host that is not this machine. */
  readonly usesTls: boolean
  readonly token: string | null
  readonly userId: string | null
  readonly userAgent: string | null
  readonly sessionId: string | null
  /** Every other parameter: sent as a header with each call. */
  readonly headers: ReadonlyMap<string, string>
  readonly keepalive: { readonly timeMs: number; readonly timeoutMs: number; readonly withoutCalls: boolean } | null
}

const DEFAULT_PORT = 15002
const MAX_USER_AGENT = 2048
/** The names and values that gRPC allows for a text header. */
const HEADER_NAME = /^[0-9a-z_.-]+$/i
const HEADER_VALUE = /^[ -~]*$/
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
/** Parameters that are for the client itself. */
const OWN_PARAMETERS: ReadonlySet<string> = new Set([
  'token',
  'use_ssl',
  'user_id',
  'user_agent',
  'session_id',
  'grpc_keepalive_enabled',
  'grpc_keepalive_time_ms',
  'grpc_keepalive_timeout_ms',
  'grpc_keepalive_without_calls',
])

/**
 * Reads `sc://host:port/;name=value;…` as Spark's own clients do: port 15002 unless given, values percent-decoded, no path, every
 * parameter a pair. What those pass over in silence and would fail by later (a query, a user, a name that is no header's) is refused.
 * @param env for the token of `SPARK_CONNECT_AUTHENTICATE_TOKEN` when the URL has none
 * @throws SparkException `INVALID_CONNECT_URL` that says what is wrong with it.
 */
export function parseConnectUrl(url: string, env: NodeJS.ProcessEnv = {}): ConnectUrl {
  const match = /^sc:\/\/(?<authority>[^/;?#]*)(?<path>\/[^;?#]*)?(?:;(?<parameters>[^?#]*))?$/.exec(url)
  if (match?.groups === undefined) throw invalid(url, 'it must have the form sc://host:port/;name=value;name=value')
  const { authority = '', path = '', parameters: text = null } = match.groups
  if (path !== '' && path !== '/') throw invalid(url, `the path '${path}' must be empty: parameters follow '/;'`)
  const { host, port } = parseAuthority(url, authority)
  if (path === '' && text !== null) throw invalid(url, "parameters follow '/;'")
  const parameters = parseParameters(url, text ?? '')
  const token = parameters.get('token') ?? env.SPARK_CONNECT_AUTHENTICATE_TOKEN ?? null
  if (token !== null && !HEADER_VALUE.test(token))
    throw invalid(url, 'the token has characters that no header may have')
  const sessionId = parameters.get('session_id') ?? null
  if (sessionId !== null && !UUID.test(sessionId)) throw invalid(url, `session_id '${sessionId}' is no UUID`)
  const userAgent = parameters.get('user_agent') ?? null
  if (userAgent !== null && escapedLength(userAgent) > MAX_USER_AGENT) {
    throw invalid(url, `user_agent is longer than ${MAX_USER_AGENT} characters`)
  }
  const isLocal = host === 'localhost'
  return {
    host,
    port,
    usesTls: parameters.get('use_ssl')?.toLowerCase() === 'true' || (token !== null && !isLocal),
    token,
    userId: parameters.get('user_id') ?? null,
    userAgent,
    sessionId,
    headers: parseHeaders(url, parameters),
    keepalive: parseKeepalive(url, parameters),
  }
}

function parseAuthority(url: string, authority: string): { host: string; port: number } {
  const match = /^(?:\[(?<address>[0-9a-f:.]+(?:%[^\]]+)?)\]|(?<name>[^:[\]@\s\\]*))(?::(?<port>[0-9]*))?$/i.exec(
    authority,
  )
  if (match?.groups === undefined) throw invalid(url, `'${authority}' is no host and port`)
  const host = (match.groups.address ?? match.groups.name ?? '').toLowerCase()
  if (host === '') throw invalid(url, 'the host is missing')
  const port = match.groups.port === undefined || match.groups.port === '' ? DEFAULT_PORT : Number(match.groups.port)
  if (port > 65535) throw invalid(url, `there is no port ${port}`)
  return { host, port }
}

function parseParameters(url: string, text: string): Map<string, string> {
  const parameters = new Map<string, string>()
  if (text === '') return parameters
  for (const part of text.split(';')) {
    const [name = '', value, ...rest] = part.split('=')
    if (name === '' || value === undefined || rest.length > 0) {
      throw invalid(url, `the parameter '${redacted(`;${part}`).slice(1)}' must be name=value`)
    }
    if (value.includes('/')) throw invalid(url, `the value of ${name} has a '/', which is written %2F`)
    parameters.set(name, percentDecoded(value))
  }
  return parameters
}

/** Decodes what is percent-encoded and leaves a percent sign that begins nothing as it is. */
function percentDecoded(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (encoded) =>
    Buffer.from(encoded.replaceAll('%', ''), 'hex').toString('utf8'),
  )
}

/** The length with all but letters, digits, `_.-~` and `/` percent-encoded, as Spark's clients count it. */
function escapedLength(text: string): number {
  const plain = text.match(/[\w.~/-]/g)?.length ?? 0
  return plain + 3 * (Buffer.byteLength(text) - plain)
}

function parseHeaders(url: string, parameters: ReadonlyMap<string, string>): Map<string, string> {
  const headers = new Map([...parameters].filter(([name]) => !OWN_PARAMETERS.has(name)))
  for (const [name, value] of headers) {
    if (!HEADER_NAME.test(name) || /-bin$/i.test(name)) throw invalid(url, `'${name}' is no name of a header with text`)
    if (!HEADER_VALUE.test(value)) throw invalid(url, `the value of ${name} has characters that no header may have`)
  }
  return headers
}

function parseKeepalive(url: string, parameters: ReadonlyMap<string, string>): ConnectUrl['keepalive'] {
  const isOn = (name: string) => (parameters.get(name) ?? 'true').toLowerCase() === 'true'
  const milliseconds = (name: string, fallback: number): number => {
    const text = parameters.get(name)
    const value = text === undefined ? fallback : Number(text)
    if (!Number.isSafeInteger(value) || value <= 0) throw invalid(url, `${name} must be a number of milliseconds`)
    return value
  }
  if (!isOn('grpc_keepalive_enabled')) return null
  return {
    timeMs: milliseconds('grpc_keepalive_time_ms', 60_000),
    timeoutMs: milliseconds('grpc_keepalive_timeout_ms', 20_000),
    withoutCalls: isOn('grpc_keepalive_without_calls'),
  }
}

function invalid(url: string, detail: string): SparkException {
  return new SparkException(
    'INVALID_CONNECT_URL',
    `Cannot read the master URL '${redacted(url)}': ${detail}. For example: sc://localhost:15002 or sc://host:443/;use_ssl=true;token=…`,
  )
}

/** The URL without its token, fit for messages. */
export function redacted(url: string): string {
  return url.replace(/(?<=;token=)[^;]*/, '…')
}
