import { describePlatform, type Platform } from './platform.ts'

/** The Node that workers run. */
export type WorkerNode =
  /** The one in the archive. */
  | { readonly kind: 'shipped'; readonly platform: Platform }
  /** A Node that is installed at this path on every executor. */
  | { readonly kind: 'installed'; readonly path: string }

const REMEDY =
  'Set spark.millstream.executor.node to the path of Node.js 20.19 or newer on the executors, or spark.millstream.executor.nodeBinary to a node for their platform on the machine of the driver.'

/**
 * The program that a Spark executor starts in Python's place. What it cannot do it says on stderr, which Spark puts into the error of the
 * job.
 * @param environment variables that the daemon and its workers get.
 */
export function startScript(node: WorkerNode, environment: Readonly<Record<string, string>> = {}): string {
  return `#!/bin/sh
here=$(cd "$(dirname "$0")/.." && pwd)
fail() {
  echo "Millstream cannot run on this executor ($(uname -s) $(uname -m), $(hostname 2>/dev/null)): $1. ${REMEDY}" >&2
  exit 1
}
${node.kind === 'shipped' ? platformCheck(node.platform) : `node=${quoted(node.path)}`}
[ -x "$node" ] || fail "there is no program $node"
case "$("$node" --version 2>&1)" in
  v20.19.* | v20.[2-9][0-9].* | v2[2-9].* | v[3-9][0-9].*) ;;
  *) fail "$node does not start or is too old: $("$node" --version 2>&1 | head -n 1)" ;;
esac
${exports(environment)}exec "$node" "$here/dist/engine/spark/worker/main.js" "$@"
`
}

function platformCheck(platform: Platform): string {
  const { system, machines } = platform
  const names = machines.map((machine) => `"${system} ${machine}"`).join(' | ')
  return `node="$here/bin/node"
case "$(uname -s) $(uname -m)" in
  ${names}) ;;
  *) fail "the node that the driver has sent is for ${describePlatform(platform)}" ;;
esac`
}

function exports(environment: Readonly<Record<string, string>>): string {
  return Object.entries(environment)
    .map(([name, value]) => `export ${name}=${quoted(value)}\n`)
    .join('')
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\\\''")}'`
}
