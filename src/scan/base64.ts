// Numbers of float32 as text that JSON keeps: their bytes, the lowest byte first, in base64.

/** Bytes that become letters at once: as many arguments as every engine takes. */
const PIECE = 0x6000;

export function toBase64(numbers: Float32Array): string {
  const bytes = new DataView(new ArrayBuffer(numbers.length * 4));
  for (let i = 0; i < numbers.length; i++) bytes.setFloat32(i * 4, numbers[i], true);
  const pieces: string[] = [];
  for (let from = 0; from < bytes.byteLength; from += PIECE) {
    const length = Math.min(PIECE, bytes.byteLength - from);
    // A piece of whole groups of three bytes has letters of its own.
    pieces.push(btoa(String.fromCharCode(...new Uint8Array(bytes.buffer, from, length))));
  }
  return pieces.join('');
}

/** Undefined where the text is no base64 of whole numbers. */
export function fromBase64(text: string): Float32Array | undefined {
  let letters: string;
  try {
    letters = atob(text);
  } catch {
    return undefined;
  }
  if (letters.length % 4 !== 0) return undefined;
  const bytes = new DataView(new ArrayBuffer(letters.length));
  for (let i = 0; i < letters.length; i++) bytes.setUint8(i, letters.charCodeAt(i));
  return Float32Array.from({ length: letters.length / 4 }, (_, i) => bytes.getFloat32(i * 4, true));
}
