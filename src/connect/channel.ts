import { isIP } from 'node:net'
import { checkServerIdentity } from 'node:tls'
import { type DescMessage, fromBinary, type MessageShape, toBinary } from '@bufbuild/protobuf'
import type * as grpc from '@grpc/grpc-js'
import grpcModule from '@grpc/grpc-js'
import { SparkConnectService } from './gen/spark_connect_pb.ts'
import type { ConnectUrl } from './url.ts'

const { Client, Metadata, credentials } = grpcModule

/** The longest message that either side sends. */
export const MAX_MESSAGE_BYTES = 128 * 1024 * 1024

type Methods = typeof SparkConnectService.method
type Input<M extends keyof Methods> = MessageShape<Methods[M]['input']>
type Output<M extends keyof Methods> = MessageShape<Methods[M]['output']>

/** Names of methods that answer once, and of those that answer with a stream. */
export type UnaryMethod = Exclude<keyof Methods, 'executePlan' | 'reattachExecute' | 'addArtifacts'>
export type StreamMethod = 'executePlan' | 'reattachExecute'

/** Calls on one connection to a Spark Connect server. Nothing here retries. */
export class ConnectChannel {
  readonly #client: grpc.Client
  readonly #metadata: grpc.Metadata

  constructor(url: ConnectUrl) {
    this.#client = new Client(addressOf(url), credentialsOf(url), {
      ...(hasAddressForTls(url) ? { 'grpc.ssl_target_name_override': serverNameOf(url.host) } : {}),
      'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
      'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
      ...(url.keepalive === null
        ? {}
        : {
            'grpc.keepalive_time_ms': url.keepalive.timeMs,
            'grpc.keepalive_timeout_ms': url.keepalive.timeoutMs,
            'grpc.keepalive_permit_without_calls': url.keepalive.withoutCalls ? 1 : 0,
          }),
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 5_000,
    })
    this.#metadata = new Metadata()
    for (const [name, value] of url.headers) this.#metadata.set(name, value)
    // Over TLS the token is sent with the channel's credentials, to a local server as a plain header.
    if (url.token !== null) this.#metadata.set('authorization', `Bearer ${url.token}`)
  }

  unary<M extends UnaryMethod>(method: M, request: Input<M>, options: { deadline?: number } = {}): Promise<Output<M>> {
    const { path, input, output } = shapeOf(method)
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        path,
        (message: Input<M>) => Buffer.from(toBinary(input, message)),
        (bytes: Buffer) => fromBinary(output, bytes) as Output<M>,
        request,
        this.#metadata,
        options,
        (error, response) => (error === null ? resolve(response as Output<M>) : reject(error)),
      )
    })
  }

  stream<M extends StreamMethod>(method: M, request: Input<M>): grpc.ClientReadableStream<Output<M>> {
    const { path, input, output } = shapeOf(method)
    return this.#client.makeServerStreamRequest(
      path,
      (message: Input<M>) => Buffer.from(toBinary(input, message)),
      (bytes: Buffer) => fromBinary(output, bytes) as Output<M>,
      request,
      this.#metadata,
    )
  }

  /** Sends a stream of requests, no faster than the server takes them. */
  async upload(requests: AsyncIterable<Input<'addArtifacts'>>): Promise<Output<'addArtifacts'>> {
    const { path, input, output } = shapeOf('addArtifacts')
    let settle: (error: Error | null, response?: Output<'addArtifacts'>) => void = () => {}
    const answered = new Promise<Output<'addArtifacts'>>((resolve, reject) => {
      settle = (error, response) => (error === null ? resolve(response as Output<'addArtifacts'>) : reject(error))
    })
    const call = this.#client.makeClientStreamRequest(
      path,
      (message: Input<'addArtifacts'>) => Buffer.from(toBinary(input, message)),
      (bytes: Buffer) => fromBinary(output, bytes) as Output<'addArtifacts'>,
      this.#metadata,
      (error, response) => settle(error, response),
    )
    const failed = answered.then(
      () => true,
      () => true,
    )
    try {
      for await (const request of requests) {
        const wantsMore = call.write(request)
        if (wantsMore) continue
        const isOver = await Promise.race([failed, new Promise<false>((go) => call.once('drain', () => go(false)))])
        if (isOver) break
      }
    } catch (error) {
      call.cancel()
      await failed
      throw error
    }
    call.end()
    return answered
  }

  close(): void {
    this.#client.close()
  }
}

function shapeOf(method: keyof Methods): { path: string; input: DescMessage; output: DescMessage } {
  const { name, input, output } = SparkConnectService.method[method]
  return { path: `/${SparkConnectService.typeName}/${name}`, input, output }
}

function addressOf({ host, port }: ConnectUrl): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

function credentialsOf(url: ConnectUrl): grpc.ChannelCredentials {
  if (!url.usesTls) return credentials.createInsecure()
  if (!hasAddressForTls(url)) return credentials.createSsl()
  // The certificate must name the address; the server name that gRPC gives here is serverNameOf's.
  const checkAddress: typeof checkServerIdentity = (_name, certificate) => checkServerIdentity(url.host, certificate)
  return credentials.createSsl(null, null, null, { checkServerIdentity: checkAddress })
}

function hasAddressForTls({ host, usesTls }: ConnectUrl): boolean {
  return usesTls && isIP(host) !== 0
}

/**
 * The name in the TLS handshake for a server that is known by its address alone. gRPC would send the address, which TLS does not allow as a
 * name: Node warns of it, and refuses it from version 26 on. No server has a name that ends in `.invalid`.
 */
function serverNameOf(address: string): string {
  return `${address.replace(/[^0-9a-f]+/gi, '-')}.address.invalid`
}
