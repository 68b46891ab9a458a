/** The path that Node's file system takes of a qualified one (`file:/a/b`, `file:///a/b`); Hadoop's paths are not percent-encoded. */
export function localPath(path: string): string {
  return path.replace(/^file:(\/\/)?/, '')
}
