import type { ConnectChannel } from './channel.ts'
import type { UserContext } from './gen/spark_connect_pb.ts'

/** The fields with which every request starts. */
export interface RequestHead {
  readonly sessionId: string
  readonly userContext: UserContext
  readonly clientType: string
  readonly clientObservedServerSideSessionId?: string
}

/** How the themes of a session (its configuration, the analysis of plans) make their calls. */
export interface SessionCalls {
  readonly channel: ConnectChannel
  head(): RequestHead
  /** Remembers the server's own id of the session. @throws SparkException when the server now has another one. */
  observe(response: { readonly serverSideSessionId: string }): void
  /** Makes a unary call, tries it again for passing reasons, and gives its errors as Spark's. */
  call<T>(call: () => Promise<T>, signal?: AbortSignal): Promise<T>
}
