import fs from 'node:fs'
import path from 'node:path'
import { deserialize } from 'node:v8'
import type { ClosurePayload } from '../../../closure/wire/index.ts'
import type { Shipment } from '../command.ts'

/** The captured value of a shipment; one that is a file is read from the session's files on this executor. */
export function payloadOf(shipment: Shipment, filesDir: string): ClosurePayload {
  if (shipment.kind === 'inline') return shipment.payload
  const file = path.join(filesDir, shipment.name)
  try {
    return deserialize(fs.readFileSync(file)) as ClosurePayload
  } catch (error) {
    throw new Error(
      `the executor cannot read ${file}, which the driver has sent up as an artifact of the session: ${error instanceof Error ? error.message : error}`,
      { cause: error },
    )
  }
}

/** The identity of a shipment's content. */
export function identityOf(shipment: Shipment): string {
  return shipment.kind === 'inline' ? shipment.payload.digest : shipment.name
}
