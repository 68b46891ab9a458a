import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { chown, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { freePort } from '../../free-port.ts'

const run = promisify(execFile)
/** Where Debian's packages have the server's programs, a folder for each version. */
const VERSIONS = '/usr/lib/postgresql'
const START_TIMEOUT_MS = 60_000
const TRIES_PER_SECOND = 20

/** A PostgreSQL of a test's own: own files, own port, loopback only. */
export class PostgresServer implements AsyncDisposable {
  readonly port: number
  readonly #directory: string
  readonly #owner: Owner | null
  #process: ChildProcess | null = null
  readonly #kill = (): void => {
    this.#process?.kill('SIGQUIT')
  }

  private constructor(directory: string, port: number, owner: Owner | null) {
    this.#directory = directory
    this.port = port
    this.#owner = owner
    process.once('exit', this.#kill)
  }

  get url(): string {
    return `postgres://postgres@127.0.0.1:${this.port}/postgres`
  }

  /** Makes a new cluster and starts its server; installs Debian's package on a machine that has none. */
  static async start(): Promise<PostgresServer> {
    if (programs() === null) await install()
    const owner = await serverOwner()
    const directory = await mkdtemp(join(tmpdir(), 'millstream-postgres-'))
    if (owner !== null) await chown(directory, owner.uid, owner.gid)
    const server = new PostgresServer(directory, await freePort(), owner)
    // A test's data may be lost with the machine, so nothing is synced.
    const args = ['-D', server.#data, '-A', 'trust', '-U', 'postgres', '--no-sync', '-E', 'UTF8', '--locale=C.UTF-8']
    await run(join(programs()!, 'initdb'), args, server.#processOptions)
    await server.up()
    return server
  }

  get #data(): string {
    return join(this.#directory, 'data')
  }

  get #processOptions() {
    return { cwd: this.#directory, ...this.#owner }
  }

  /** Starts the server on its files, again after {@link down}. */
  async up(): Promise<void> {
    const settings = {
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      fsync: 'off',
      full_page_writes: 'off',
      max_connections: '50',
    }
    const args = ['-D', this.#data, '-p', String(this.port)]
    for (const [name, value] of Object.entries(settings)) args.push('-c', `${name}=${value}`)
    const server = spawn(join(programs()!, 'postgres'), args, {
      ...this.#processOptions,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let log = ''
    server.stderr.setEncoding('utf8').on('data', (text: string) => {
      log = (log + text).slice(-4000)
    })
    this.#process = server
    for (let tries = 0; tries < (START_TIMEOUT_MS / 1000) * TRIES_PER_SECOND; tries++) {
      if (server.exitCode !== null) throw new Error(`PostgreSQL ended at its start:\n${log}`)
      if (await this.#accepts()) return
      await new Promise((resolve) => setTimeout(resolve, 1000 / TRIES_PER_SECOND))
    }
    throw new Error(`PostgreSQL did not start:\n${log}`)
  }

  /** Ends the server and all its connections at once, as an outage does; its files stay. */
  async down(): Promise<void> {
    const server = this.#process
    this.#process = null
    if (server === null || server.exitCode !== null) return
    const ended = once(server, 'exit')
    server.kill('SIGINT')
    await ended
  }

  async [Symbol.asyncDispose](): Promise<void> {
    process.removeListener('exit', this.#kill)
    await this.down()
    await rm(this.#directory, { recursive: true, force: true })
  }

  async #accepts(): Promise<boolean> {
    const client = new pg.Client(this.url)
    try {
      await client.connect()
      return true
    } catch {
      return false
    } finally {
      await client.end().catch(() => {})
    }
  }
}

/** The folder of the newest version's programs; null where none is installed. */
function programs(): string | null {
  if (!existsSync(VERSIONS)) return null
  const folders = readdirSync(VERSIONS)
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(VERSIONS, version, 'bin'))
  return folders.find((folder) => existsSync(join(folder, 'postgres'))) ?? null
}

/** Installs the server without the service that the package would start by itself. */
async function install(): Promise<void> {
  const settings = '/etc/postgresql-common'
  await mkdir(settings, { recursive: true })
  if (!existsSync(join(settings, 'createcluster.conf'))) {
    writeFileSync(join(settings, 'createcluster.conf'), 'create_main_cluster = false\n')
  }
  const policy = '/usr/sbin/policy-rc.d'
  const isPolicyOurs = !existsSync(policy)
  if (isPolicyOurs) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    await run('apt-get', ['update', '-qq'], { env })
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'postgresql'], { env, maxBuffer: 1 << 26 })
  } finally {
    if (isPolicyOurs) await rm(policy, { force: true })
  }
}

interface Owner {
  readonly uid: number
  readonly gid: number
}

/** The server refuses to run as root: it then runs as the user whom the package has made. */
async function serverOwner(): Promise<Owner | null> {
  if (process.getuid?.() !== 0) return null
  const id = async (flag: string) => Number((await run('id', [flag, 'postgres'])).stdout)
  return { uid: await id('-u'), gid: await id('-g') }
}
