import { IllegalArgumentException } from '../errors.ts'

/** @throws IllegalArgumentException for what cannot be a job tag, in Spark's words. */
export function checkJobTag(tag: string): void {
  if (tag === null || tag === undefined) throw invalid('Spark job tag cannot be null.')
  if (tag === '') throw invalid('Spark job tag cannot be an empty string.')
  if (tag.includes(',')) throw invalid("Spark job tag cannot contain ','.")
}

/** The tags that a local property holds. */
export function parseJobTags(property: string | null | undefined): Set<string> {
  return new Set(property ? property.split(',') : [])
}

/** The property that holds the tags; null for none. */
export function formatJobTags(tags: ReadonlySet<string>): string | null {
  return tags.size === 0 ? null : [...tags].join(',')
}

function invalid(message: string): IllegalArgumentException {
  return new IllegalArgumentException('INVALID_JOB_TAG', message)
}
