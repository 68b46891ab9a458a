import assert from 'node:assert/strict'
import { test } from 'node:test'
import { workerEnvironment } from './worker-environment.ts'

test('Unix sockets need no secret, TCP does', () => {
  const unix = workerEnvironment({ PYTHON_UNIX_DOMAIN_ENABLED: 'True', PYTHON_WORKER_FACTORY_SOCK_DIR: '/sockets' })
  assert.equal(unix.socketDir, '/sockets')
  assert.equal(unix.secret, null)
  const tcp = workerEnvironment({ PYTHON_WORKER_FACTORY_SECRET: 'known', PYTHON_WORKER_FACTORY_PORT: '4711' })
  assert.equal(tcp.socketDir, null)
  assert.equal(tcp.secret, 'known')
  assert.deepEqual(tcp.connectTo, { host: '127.0.0.1', port: 4711 })
  assert.throws(() => workerEnvironment({}), /started by a Spark executor/)
})

test('a worker is used again only where Spark says so', () => {
  const env = { PYTHON_WORKER_FACTORY_SECRET: 'known' }
  assert.equal(workerEnvironment({ ...env, SPARK_REUSE_WORKER: '1' }).isReused, true)
  assert.equal(workerEnvironment(env).isReused, false)
  assert.equal(workerEnvironment({ ...env, SPARK_REUSE_WORKER: '' }).isReused, false)
})

test('heap and idle time are numbers above zero or what they are by default', () => {
  const env = { PYTHON_WORKER_FACTORY_SECRET: 'known' }
  const granted = { ...env, PYSPARK_EXECUTOR_MEMORY_MB: '512' }
  assert.equal(workerEnvironment(granted).heapMiB, 384)
  assert.equal(workerEnvironment({ ...granted, MILLSTREAM_WORKER_HEAP_MIB: '700' }).heapMiB, 700)
  const { heapMiB } = workerEnvironment({ ...env, PYSPARK_EXECUTOR_MEMORY_MB: '-1' })
  assert(heapMiB >= 128 && heapMiB <= 4096, `${heapMiB}`)
  assert.equal(workerEnvironment({ ...env, MILLSTREAM_DAEMON_IDLE_SECONDS: 'soon' }).idleMs, 60_000)
})

test("spill files go to the first of the executor's local folders", () => {
  const env = { PYTHON_WORKER_FACTORY_SECRET: 'known', SPARK_LOCAL_DIRS: '/fast,/slow' }
  assert.match(workerEnvironment(env).localDir, new RegExp(`^/fast/millstream-${process.pid}-[0-9a-f]{32}$`))
  assert.notEqual(workerEnvironment(env).localDir, workerEnvironment(env).localDir)
})
