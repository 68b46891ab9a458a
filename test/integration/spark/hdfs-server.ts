import { execFile, execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type IncomingMessage, request } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const SCRIPT = fileURLToPath(new URL('../hdfs.sh', import.meta.url))

/** A real HDFS of one name node and one data node, on the loopback interface. */
export class HdfsServer implements AsyncDisposable {
  /** `hdfs://127.0.0.1:port` */
  readonly uri: string
  readonly #rest: string
  readonly #root: string
  readonly #stop: () => void

  private constructor(root: string, rpcPort: number, httpPort: number, stop: () => void) {
    this.uri = `hdfs://127.0.0.1:${rpcPort}`
    this.#rest = `http://127.0.0.1:${httpPort}/webhdfs/v1`
    this.#root = root
    this.#stop = stop
  }

  /** Starts one; the first on a machine is installed with Maven before. */
  static async start(): Promise<HdfsServer> {
    const root = await mkdtemp(join(tmpdir(), 'millstream-hdfs-'))
    const [rpc, http, data, dataHttp, dataIpc] = (await freePorts(5)) as [number, number, number, number, number]
    const env = {
      ...process.env,
      ROOT: root,
      HDFS_RPC_PORT: String(rpc),
      HDFS_HTTP_PORT: String(http),
      HDFS_DN_PORT: String(data),
      HDFS_DN_HTTP_PORT: String(dataHttp),
      HDFS_DN_IPC_PORT: String(dataIpc),
    }
    const stop = (): void => {
      execFileSync('bash', [SCRIPT, 'stop'], { env, stdio: 'ignore' })
    }
    process.once('exit', stop)
    await promisify(execFile)('bash', [SCRIPT, 'start'], { env, maxBuffer: 1 << 26 })
    return new HdfsServer(root, rpc, http, stop)
  }

  /** Makes a directory that everybody may write to, unless other permissions are given. */
  async mkdirs(path: string, permission = '777'): Promise<void> {
    await this.#call('PUT', path, { op: 'MKDIRS', permission })
    await this.#call('PUT', path, { op: 'SETPERMISSION', permission })
  }

  /** Writes a file. */
  async write(path: string, content: string | Uint8Array): Promise<void> {
    const there = await this.#call('PUT', path, { op: 'CREATE', overwrite: 'true', noredirect: 'true' })
    const { Location } = (await there.json()) as { Location: string }
    // Not by fetch, which takes offence at a data node's "100 Continue" that nobody asked for.
    const sent = request(Location, { method: 'PUT' }).end(content)
    const [answer] = (await once(sent, 'response')) as [IncomingMessage]
    const said = await answer.setEncoding('utf8').toArray()
    if (answer.statusCode !== 201) throw new Error(`${path}: ${answer.statusCode} ${said.join('')}`)
  }

  async setPermission(path: string, permission: string): Promise<void> {
    await this.#call('PUT', path, { op: 'SETPERMISSION', permission })
  }

  /** Says when a file was modified, in milliseconds since the epoch. */
  async setTime(path: string, modified: number): Promise<void> {
    await this.#call('PUT', path, { op: 'SETTIMES', modificationtime: String(modified), accesstime: '-1' })
  }

  /** Names in a directory. */
  async list(path: string): Promise<string[]> {
    const response = await this.#call('GET', path, { op: 'LISTSTATUS' })
    const { FileStatuses } = (await response.json()) as { FileStatuses: { FileStatus: { pathSuffix: string }[] } }
    return FileStatuses.FileStatus.map(({ pathSuffix }) => pathSuffix)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    process.removeListener('exit', this.#stop)
    this.#stop()
    await rm(this.#root, { recursive: true, force: true })
  }

  async #call(method: string, path: string, query: Record<string, string>): Promise<Response> {
    const segments = path.split('/').map(encodeURIComponent).join('/')
    const response = await fetch(`${this.#rest}${segments}?${new URLSearchParams(query)}`, { method })
    if (!response.ok) throw new Error(`${query.op} ${path}: ${response.status} ${await response.text()}`)
    return response
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => new Promise((resolve) => server.once('listening', resolve))))
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}
