import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import grpc from '@grpc/grpc-js'
import { ConnectChannel } from '../../src/connect/channel.ts'
import { SparkConnectService } from '../../src/connect/gen/spark_connect_pb.ts'
import { ConnectSession, type SessionOptions } from '../../src/connect/session.ts'
import { parseConnectUrl } from '../../src/connect/url.ts'

type Service = typeof SparkConnectService.method
export type Method = keyof Service
/** A request as it was received. */
export interface Received {
  readonly method: Method
  readonly request: Record<string, unknown>
  readonly metadata: ReadonlyMap<string, unknown>
}
/** What a handler answers with: a message, several for a stream, and at the end perhaps an error. */
export interface Answer {
  readonly messages?: readonly object[]
  readonly error?: { readonly code: number; readonly details: string; readonly metadata?: grpc.Metadata }
  /** Leaves a stream open, without an end. */
  readonly hangs?: boolean
}
export type Handler = (request: Record<string, unknown>, nth: number) => Answer

/** A gRPC server on the loopback interface that answers as the test says and remembers what it was asked. */
export class ScriptedConnectServer implements AsyncDisposable {
  readonly received: Received[] = []
  readonly #server = new grpc.Server({ 'grpc.max_receive_message_length': -1 })
  readonly #handlers: Partial<Record<Method, Handler>>
  #port = 0

  constructor(handlers: Partial<Record<Method, Handler>>) {
    this.#handlers = handlers
    const implementation: grpc.UntypedServiceImplementation = {}
    const definition: Record<string, grpc.MethodDefinition<unknown, unknown>> = {}
    for (const method of Object.keys(SparkConnectService.method) as Method[]) {
      const { name, input, output, methodKind } = SparkConnectService.method[method]
      definition[method] = {
        path: `/${SparkConnectService.typeName}/${name}`,
        requestStream: methodKind === 'client_streaming',
        responseStream: methodKind === 'server_streaming',
        requestSerialize: (message) => Buffer.from(toBinary(input, message as never)),
        requestDeserialize: (bytes) => fromBinary(input, bytes),
        responseSerialize: (message) => Buffer.from(toBinary(output, create(output, message as never) as never)),
        responseDeserialize: (bytes) => fromBinary(output, bytes),
      }
      implementation[method] = this.#implementation(method, methodKind) as grpc.UntypedHandleCall
    }
    this.#server.addService(definition as grpc.ServiceDefinition, implementation)
  }

  async start(): Promise<this> {
    this.#port = await new Promise<number>((resolve, reject) => {
      this.#server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) =>
        error === null ? resolve(port) : reject(error),
      )
    })
    return this
  }

  get url(): string {
    return `sc://127.0.0.1:${this.#port}`
  }

  /** A session of a client on this server that waits for nothing between its tries. */
  session(options: Partial<SessionOptions> = {}): ConnectSession {
    const url = parseConnectUrl(`${this.url}/;user_id=tester;x-test=yes`)
    return new ConnectSession(new ConnectChannel(url), url, { version: '0', wait: async () => {}, ...options })
  }

  methods(): Method[] {
    return this.received.map(({ method }) => method)
  }

  requests(method: Method): Record<string, unknown>[] {
    return this.received.filter((one) => one.method === method).map(({ request }) => request)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.forceShutdown()
  }

  #answer(method: Method, request: Record<string, unknown>, metadata: grpc.Metadata): Answer {
    const nth = this.requests(method).length
    this.received.push({ method, request, metadata: new Map(Object.entries(metadata.getMap())) })
    return this.#handlers[method]?.(request, nth) ?? { messages: [{}] }
  }

  #implementation(method: Method, kind: string): unknown {
    if (kind === 'server_streaming') {
      return (call: grpc.ServerWritableStream<Record<string, unknown>, object>) => {
        const { messages = [], error, hangs } = this.#answer(method, call.request, call.metadata)
        for (const message of messages) call.write(message)
        if (error !== undefined) call.emit('error', error)
        else if (!hangs) call.end()
      }
    }
    if (kind === 'client_streaming') {
      return (call: grpc.ServerReadableStream<unknown, object>, callback: grpc.sendUnaryData<object>) => {
        const parts: unknown[] = []
        call.on('data', (part: unknown) => parts.push(part))
        call.on('end', () => {
          const { messages = [{}], error } = this.#answer(method, { parts }, call.metadata)
          if (error === undefined) callback(null, messages[0] ?? {})
          else callback(error as grpc.ServiceError)
        })
      }
    }
    return (call: grpc.ServerUnaryCall<Record<string, unknown>, object>, callback: grpc.sendUnaryData<object>) => {
      const { messages = [{}], error } = this.#answer(method, call.request, call.metadata)
      if (error === undefined) callback(null, messages[0] ?? {})
      else callback(error as grpc.ServiceError)
    }
  }
}
