// Which adapter the tests use.

/** `software`, the one that every machine has, unless CONVSCOPE_ADAPTER says `auto` or names an adapter. */
export function testAdapter(): string {
  return process.env.CONVSCOPE_ADAPTER || 'software';
}
