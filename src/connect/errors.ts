import { fromBinary } from '@bufbuild/protobuf'
import type { ServiceError } from '@grpc/grpc-js'
import { SparkException } from '../errors.ts'
import { ErrorInfoSchema, StatusSchema } from './gen/google_rpc_pb.ts'
import type { FetchErrorDetailsResponse } from './gen/spark_connect_pb.ts'
import { SparkConnectException } from './spark-connect-exception.ts'

/** The status codes of gRPC that this client distinguishes. */
export const GrpcCode = {
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const

/** The details in a gRPC status: Spark sends the class of its error, and an id under which the whole error can be fetched. */
export interface ErrorDetails {
  readonly errorId: string | null
  readonly errorClass: string | null
  readonly sqlState: string | null
}

/** Reads the details of a failed call; all null where there are none. */
export function detailsOf(error: ServiceError): ErrorDetails {
  const none: ErrorDetails = { errorId: null, errorClass: null, sqlState: null }
  const [bytes] = error.metadata?.get('grpc-status-details-bin') ?? []
  if (!(bytes instanceof Uint8Array)) return none
  try {
    for (const any of fromBinary(StatusSchema, bytes).details) {
      if (!any.typeUrl.endsWith('/google.rpc.ErrorInfo')) continue
      const { metadata } = fromBinary(ErrorInfoSchema, any.value)
      return {
        errorId: metadata.errorId ?? null,
        errorClass: metadata.errorClass ?? null,
        sqlState: metadata.sqlState ?? null,
      }
    }
  } catch {
    // Details of another kind: the status itself says enough.
  }
  return none
}

/** Whether an error came from a gRPC call. */
export function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && typeof (error as { code?: unknown }).code === 'number' && 'details' in error
}

/** Rebuilds the error of a user's function from Spark's error. The engine that runs functions on executors provides the reader, because it knows how their errors travel. */
export interface FunctionErrors {
  /** The error that the function threw, from the messages of Spark's error and of its causes; undefined when none of them holds one. */
  causeIn(messages: readonly string[]): unknown
  /** A message without what stands in it for {@link causeIn} alone. */
  readable(message: string): string
}

/** Makes Spark's error of a failed call, whole where its details could be fetched; its `cause` is what a user's function threw. */
export function sparkErrorOf(
  error: ServiceError,
  fetched: FetchErrorDetailsResponse | null,
  functionErrors?: FunctionErrors,
): SparkConnectException {
  const given = detailsOf(error)
  const root = fetched?.errors[fetched.rootErrorIdx ?? 0]
  const messages = [...(fetched?.errors.map((one) => one.message) ?? []), error.details]
  const cause = functionErrors?.causeIn(messages)
  const told = withCause(root?.message || error.details || error.message, fetched)
  const message = functionErrors?.readable(told) ?? told
  return new SparkConnectException(
    root?.sparkThrowable?.errorClass || given.errorClass || fallbackClass(error),
    message,
    { sqlState: root?.sparkThrowable?.sqlState || given.sqlState, grpcCode: error.code, cause },
  )
}

/** Spark says of some errors only where they happened: what happened is the cause behind all others. */
function withCause(message: string, fetched: FetchErrorDetailsResponse | null): string {
  const [said = ''] = (fetched?.errors.at(-1)?.message ?? '').split('\n')
  return said === '' || message.includes(said) ? message : `${message}\nCaused by: ${said}`
}

function fallbackClass(error: ServiceError): string {
  return /\[([A-Z_]+(?:\.[A-Z_]+)*)\]/.exec(error.details)?.[1] ?? 'SPARK_CONNECT_ERROR'
}

/** The text of gRPC's error for a message above a size limit, on either side. */
const TOO_LARGE = /larger than|exceeds maximum/

/** The error of a call by which a message was too large, or null for any other. */
export function messageError({ code, details }: ServiceError): SparkException | null {
  if (code !== GrpcCode.RESOURCE_EXHAUSTED || !TOO_LARGE.test(details)) return null
  return new SparkException(
    'MESSAGE_TOO_LARGE',
    `A message of the job is larger than gRPC takes: 128 MiB here, spark.connect.grpc.maxInboundMessageSize on the server. Send less of the driver's data within a plan (spark.millstream.maxInlineBytes; above it, data go up as artifacts), keep large values in broadcast variables, or run fewer partitions in one job. It said: ${details}`,
  )
}

/** The error of a call that was tried again until nothing more could be hoped for. */
export function connectionLost({ details }: ServiceError): SparkException {
  return new SparkException(
    'CONNECTION_LOST',
    `The Spark Connect server could not be reached again within spark.millstream.reconnectTimeout: see whether it runs. The next job tries anew. The last failure: ${details}`,
  )
}
