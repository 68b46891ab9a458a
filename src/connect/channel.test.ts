import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import http2 from 'node:http2'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import type { TLSSocket } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { create } from '@bufbuild/protobuf'
import { ConfigRequestSchema } from './gen/spark_connect_pb.ts'

const certificates = new URL('../../test/fixtures/tls/', import.meta.url)
// The gRPC library reads the variable when it is loaded.
process.env.GRPC_DEFAULT_SSL_ROOTS_FILE_PATH = fileURLToPath(new URL('trusted.pem', certificates))
const { ConnectChannel } = await import('./channel.ts')
const { parseConnectUrl } = await import('./url.ts')
const { GrpcCode } = await import('./errors.ts')

/** Calls a server on 127.0.0.1 whose certificate is for the given address. @returns the error, and the names that handshakes asked for */
async function callOverTls(certificateFor: string): Promise<{ code: number; details: string; names: unknown[] }> {
  const [key, cert] = ['key', 'pem'].map((end) => readFileSync(new URL(`${certificateFor}.${end}`, certificates)))
  const server = http2.createSecureServer({ key: key!, cert: cert! })
  const names: unknown[] = []
  server.on('secureConnection', (socket: TLSSocket & { servername?: unknown }) => names.push(socket.servername))
  server.on('stream', (stream) =>
    stream.respond(
      { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': GrpcCode.UNIMPLEMENTED },
      { endStream: true },
    ),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const channel = new ConnectChannel(parseConnectUrl(`sc://127.0.0.1:${port}/;use_ssl=true`, {}))
  try {
    await channel.unary('config', create(ConfigRequestSchema, {}))
    assert.fail('the server implements no method')
  } catch (error) {
    const { code, details } = error as { code: number; details: string }
    return { code, details, names }
  } finally {
    channel.close()
    server.close()
  }
}

test('a server that is known by its address speaks TLS with a certificate for the address, and no warning is printed', async (t) => {
  const warn = t.mock.method(process, 'emitWarning', () => {})
  const { code, details, names } = await callOverTls('127.0.0.1')
  assert.equal(code, GrpcCode.UNIMPLEMENTED, details)
  assert.deepEqual(names, ['127-0-0-1.address.invalid'])
  assert.equal(warn.mock.callCount(), 0)
})

test('a certificate for another address is refused', async () => {
  const { code, details } = await callOverTls('192.0.2.1')
  assert.equal(code, GrpcCode.UNAVAILABLE)
  assert.match(details, /IP: 127\.0\.0\.1 is not in the cert's list: 192\.0\.2\.1/)
})
