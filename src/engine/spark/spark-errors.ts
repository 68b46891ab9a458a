import type { ServiceError } from '@grpc/grpc-js'
import { SparkException } from '../../errors.ts'
import { redacted } from './connect/url.ts'
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

/** Says why no session could be opened and what to do. @param cause the error as Spark told it */
export function connectError(
  error: ServiceError,
  { masterUrl, settings }: { readonly masterUrl: string; readonly settings: SparkSettings },
  cause: unknown,
): SparkException {
  const where = `the Spark Connect server at ${redacted(masterUrl)}`
  const detail = error.details
  switch (error.code) {
    case UNAUTHENTICATED:
    case PERMISSION_DENIED:
      return new SparkException(
        'CONNECT_UNAUTHENTICATED',
        `Cannot open a session on ${where}: it refused the token. Put the right one into the URL (;token=…) or into SPARK_CONNECT_AUTHENTICATE_TOKEN. It said: ${detail}`,
        { cause },
      )
    case UNAVAILABLE:
    case DEADLINE_EXCEEDED:
    case CANCELLED:
      return new SparkException(
        'CONNECT_UNAVAILABLE',
        `Cannot reach ${where} within ${settings.connectTimeoutMs} ms (spark.millstream.connectTimeout). Check that it runs (sbin/start-connect-server.sh), that host and port are its own, and that both sides use TLS (;use_ssl=true) or neither does. The last failure: ${detail}`,
        { cause },
      )
    default:
      return new SparkException(
        'CONNECT_FAILED',
        `Cannot open a session on ${where}: what answers there is no Spark Connect server, or Spark Connect is disabled in it. It said: ${detail}`,
        { cause },
      )
  }
}
