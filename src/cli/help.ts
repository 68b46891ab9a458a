import { readFileSync } from 'node:fs'
import type { HelpTopic } from './command-line.ts'

const GENERAL = `Millstream: Spark Streaming for TypeScript.

Usage:
  millstream run [options] <app.ts> [args...]   run a TypeScript or JavaScript program as it is
  millstream help [run]                         this text, or that of a command
  millstream version                            the version

Options of run:
  --master <url>       where it runs: local, local[N], local[*], local[N,F], or sc://host:port, a Spark Connect server
  --name <name>        the application's name
  --conf <key=value>   a setting of the program's SparkConf; may be given more than once
  'millstream help run' lists all.
`

const RUN = `Usage: millstream run [options] <app.ts> [args...]

Runs a program without a build: TypeScript or JavaScript, an ES module or CommonJS. What stands after the file
belongs to the program, in process.argv from the third place on.

Options:
  --master <url>            the master of a SparkConf or SparkContext that names none:
                            local, local[N], local[*] (all cores), local[N,F] (F tries for each task),
                            sc://host:port (a Spark Connect server; --remote is another name for it)
  --name <name>             the application's name (spark.app.name)
  -c, --conf <key=value>    a setting of every new SparkConf; may be given more than once
  --properties-file <file>  settings, a key and a value in each line; without it spark-defaults.conf in
                            SPARK_CONF_DIR is read, if there is one
  --executor-memory <size>  the heap of a worker, for instance 1g (spark.executor.memory)
  -h, --help                this text

What the program sets in its code wins, then these options, then the file, then SPARK_MASTER or SPARK_REMOTE.
The driver is this process: its heap is NODE_OPTIONS=--max-old-space-size=<MiB>.

npx keeps SIGINT from the program unless the terminal sends it: a service runs node_modules/.bin/millstream.

Example:
  millstream run --master 'local[4]' --conf spark.app.name=counts app.ts --port 9999
`

/** The text that `millstream --help` and `millstream help run` print. */
export function helpText(topic: HelpTopic | undefined): string {
  return topic === 'run' ? RUN : GENERAL
}

/** The text that `millstream version` prints: the versions of the package and of Node. */
export function versionText(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  const { version } = manifest as { version: string }
  return `millstream ${version} (node ${process.versions.node})\n`
}
