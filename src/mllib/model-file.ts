import type { SparkContextApi } from '../rdd/spark-context-api.ts'
import { MLlibError } from './records/mllib-error.ts'

/** What a model file holds: JSON in which numbers that JSON has no way to write stand as texts, `"NaN"`, `"Infinity"`, `"-0"`. */
export interface ModelFile {
  /** Spark's class of the model. */
  readonly class: string
  readonly version: string
}

const UNUSUAL = /^(?:NaN|-?Infinity|-0)$/

/** A model as the text of its file. */
export function modelText(model: ModelFile): string {
  const unusual = (_: string, value: unknown) =>
    typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))
      ? Object.is(value, -0)
        ? '-0'
        : String(value)
      : value
  return `${JSON.stringify(model, unusual)}\n`
}

/** What {@link modelText} wrote. @throws MLlibError `MODEL_FILE_MISMATCH` for a text of another class or none. */
export function parseModel<T extends ModelFile>(text: string, className: string, place: string): T {
  let model: unknown
  try {
    model = JSON.parse(text, (_, value) => (typeof value === 'string' && UNUSUAL.test(value) ? Number(value) : value))
  } catch (cause) {
    throw new MLlibError('MODEL_FILE_MISMATCH', `${place} holds no model: it is not JSON`, { cause })
  }
  const found = (model as Partial<ModelFile> | null)?.class
  if (found !== className) {
    throw new MLlibError(
      'MODEL_FILE_MISMATCH',
      `${place} holds a model of class ${found}, but ${className} was to be loaded`,
    )
  }
  return model as T
}

/** Writes a model to a file of any file system that the context knows. The file is there as a whole or not at all. */
export async function saveModel(sc: SparkContextApi, path: string, model: ModelFile): Promise<void> {
  await using file = await sc.fileSystem(path).create(path)
  await file.write(modelText(model))
  await file.commit()
}

/** Reads what {@link saveModel} wrote. @throws FileNotFoundException @throws MLlibError `MODEL_FILE_MISMATCH` */
export async function loadModel<T extends ModelFile>(sc: SparkContextApi, path: string, className: string): Promise<T> {
  await using file = await sc.fileSystem(path).open(path)
  const bytes = await file.read(0, file.length)
  return parseModel<T>(Buffer.from(bytes).toString('utf8'), className, path)
}
