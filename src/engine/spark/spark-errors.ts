import type { ServiceError } from '@grpc/grpc-js'
import { redacted } from '../../connect/url.ts'
import { SparkException } from '../../errors.ts'
import type { SparkSettings } from './settings.ts'

/** A job that would send more data of the driver than is allowed. */
export class TooMuchDataError extends SparkException {
  constructor(bytes: number, limit: number) {
    super(
      'DRIVER_DATA_TOO_LARGE',
      `The job reads ${bytes} bytes that the driver holds, more than spark.millstream.maxDataBytes (${limit}). Put the data where the executors can read it (textFile, objectFile), cut it into several jobs, or raise the setting.`,
    )
  }
}

/** A Spark whose workers are spoken to in a way that this version does not know. */
export class UnsupportedSparkVersionError extends SparkException {
  constructor(version: string, supported: readonly string[]) {
    const [oldest = '', newest = ''] = [supported[0], supported.at(-1)]
    const isOld = version.localeCompare(oldest, undefined, { numeric: true }) < 0
    super(
      'UNSUPPORTED_SPARK_VERSION',
      `The server runs Spark ${version}, which is too ${isOld ? 'old' : 'new'}: Millstream runs on Spark ${oldest} to ${newest}. ${isOld ? 'Upgrade the cluster' : 'Upgrade Millstream'}.`,
    )
  }
}

const CANCELLED = 1
const DEADLINE_EXCEEDED = 4
const PERMISSION_DENIED = 7
const UNAVAILABLE = 14
const UNAUTHENTICATED = 16

/** TLS's errors for a certificate whose signer is unknown here, or that is for another host. */
const UNTRUSTED = /certificate|CERT_|altnames/i
/** TLS's errors for an answer that is not TLS. */
const NO_TLS = /SSL routines|secure TLS connection/
/** HTTP/2's error for an answer that is not HTTP/2. */
const OTHER_PROTOCOL = /Protocol error/

/** Whether a failure to connect has a reason that no waiting mends. */
export function isLasting({ details }: ServiceError): boolean {
  return UNTRUSTED.test(details) || NO_TLS.test(details) || OTHER_PROTOCOL.test(details)
}

/** Says why no session could be opened and what to do. @param cause the error as Spark told it */
export function connectError(
  error: ServiceError,
  { masterUrl, settings }: { readonly masterUrl: string; readonly settings: SparkSettings },
  cause: unknown,
): SparkException {
  const where = `the Spark Connect server at ${redacted(masterUrl)}`
  const detail = error.details.replace(/\.? Resolution note: *$/, '').trim()
  if (error.code === UNAVAILABLE && UNTRUSTED.test(detail)) {
    return new SparkException(
      'CONNECT_TLS_FAILED',
      `Cannot reach ${where}: its certificate is not trusted here. Put the certificate of who signed it into a file and name that in NODE_EXTRA_CA_CERTS before the program starts, and use the host name that the certificate is for. TLS said: ${detail}`,
      { cause },
    )
  }
  if (error.code === UNAVAILABLE && NO_TLS.test(detail)) {
    return new SparkException(
      'CONNECT_TLS_FAILED',
      `Cannot reach ${where}: what answers there does not speak TLS. Leave ;use_ssl=true out, or name the port that has TLS; with a token TLS is used except to the host localhost. TLS said: ${detail}`,
      { cause },
    )
  }
  switch (error.code) {
    case UNAUTHENTICATED:
    case PERMISSION_DENIED:
      return new SparkException(
        'CONNECT_UNAUTHENTICATED',
        `Cannot open a session on ${where}: it refused the token. Put the right one into the URL (;token=…) or into SPARK_CONNECT_AUTHENTICATE_TOKEN. It said: ${detail}`,
        { cause },
      )
    case UNAVAILABLE:
      if (OTHER_PROTOCOL.test(detail)) return noConnectServer(where, detail, cause)
      return unavailable(where, settings, detail, cause)
    case DEADLINE_EXCEEDED:
    case CANCELLED:
      return unavailable(where, settings, detail, cause)
    default:
      return noConnectServer(where, detail, cause)
  }
}

function unavailable(where: string, settings: SparkSettings, detail: string, cause: unknown): SparkException {
  return new SparkException(
    'CONNECT_UNAVAILABLE',
    `Cannot reach ${where} within ${settings.connectTimeoutMs} ms (spark.millstream.connectTimeout). Check that it runs (sbin/start-connect-server.sh), that host and port are its own, and that both sides use TLS (;use_ssl=true) or neither does. The last failure: ${detail}`,
    { cause },
  )
}

function noConnectServer(where: string, detail: string, cause: unknown): SparkException {
  return new SparkException(
    'CONNECT_FAILED',
    `Cannot open a session on ${where}: what answers there is no Spark Connect server, or Spark Connect is disabled in it, or it asks for TLS (;use_ssl=true). Its port is 15002 unless set, and not that of the web interface. It said: ${detail}`,
    { cause },
  )
}
