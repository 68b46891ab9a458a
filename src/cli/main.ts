#!/usr/bin/env node
import { parseCommandLine, UsageError } from './command-line.ts'
import { helpText, versionText } from './help.ts'
import { runApp } from './run-app.ts'

try {
  const command = parseCommandLine(process.argv.slice(2))
  switch (command.kind) {
    case 'help':
      process.stdout.write(helpText(command.topic))
      break
    case 'version':
      process.stdout.write(versionText())
      break
    case 'run':
      await runApp(command)
      break
  }
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  process.stderr.write(`millstream: ${error.message}\n`)
  process.exitCode = error.exitCode
}
