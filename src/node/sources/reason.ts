// Why something cannot be read, in a few words.

/** The first line of an error's message, or what is wrong with the path. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EISDIR') return 'it is a folder';
  return error instanceof Error ? error.message.trim().split('\n')[0] : String(error);
}
