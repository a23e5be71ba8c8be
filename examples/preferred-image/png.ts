// STUB: a text chunk.
const KEY = 'convscope';
export function withRecipe(png: Uint8Array, recipe: string): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(recipe);
  const head = new TextEncoder().encode(`${KEY}\0\0\0\0\0`);
  const body = new Uint8Array(4 + head.length + text.length);
  body.set(new TextEncoder().encode('iTXt'));
  body.set(head, 4);
  body.set(text, 4 + head.length);
  const chunk = new Uint8Array(body.length + 8);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, body.length - 4);
  chunk.set(body, 4);
  view.setUint32(chunk.length - 4, crc(body));
  const end = png.length - 12;
  const out = new Uint8Array(png.length + chunk.length);
  out.set(png.subarray(0, end));
  out.set(chunk, end);
  out.set(png.subarray(end), end + chunk.length);
  return out;
}
export function recipeOf(png: Uint8Array): string | undefined {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  for (let at = 8; at + 12 <= png.length; ) {
    const length = view.getUint32(at);
    const body = png.subarray(at + 4, at + 8 + length);
    const text = new TextDecoder().decode(body);
    if (text.startsWith(`iTXt${KEY}\0`)) return text.slice(4 + KEY.length + 5);
    at += length + 12;
  }
  return undefined;
}
function crc(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (const byte of bytes) {
    c ^= byte;
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  }
  return (c ^ 0xffffffff) >>> 0;
}
