// Recognises files that are not what their name says: what a failed download left, and formats that are not supported. The
// error names the actual content and what to do, before a parser fails at the first byte.
import { ModelFileError } from '../core/errors.js';
import { fields } from './protobuf.js';

/** The expected format of a file, from its name or from where it is given. */
export type FileFormat = 'onnx' | 'caffemodel' | 'prototxt' | 'safetensors' | 'npy' | 'binaryproto';

/** Number of zero bytes that cannot be a coincidence. */
const FEW = 64;
/** Bytes of a text that are examined. */
const HEAD = 512;
/** Characters of an unknown text that are shown in the message. */
const SHOWN = 60;

/** @throws ModelFileError that says what the file is, if it is not `format` */
export function expectContents(format: FileFormat, bytes: Uint8Array, name = 'the file'): void {
  const found = strangerIn(bytes, format);
  if (found !== undefined) throw new ModelFileError(format, `${name} is ${found}`);
}

/** What a failed download left in place of binary data, which may start with any bytes: a pointer or a web page. */
export function leftByDownload(bytes: Uint8Array): string | undefined {
  const pointer = MARKS.slice(0, POINTERS).some(({ mark }) => has(bytes, mark, 0));
  const page = /^\s*<(!doctype html|html)/i.test(textOf(bytes) ?? '');
  return pointer || page ? strangerIn(bytes) : undefined;
}

/** @throws ModelFileError if a protocol buffer ends too early, with advice for the user */
export function expectWhole(format: FileFormat, bytes: Uint8Array, name: string): void {
  try {
    // Reads the outermost fields only: a model's graph is one of them.
    for (const _ of fields(bytes, format));
  } catch (cause) {
    const [, where] = /: (.*)/.exec(String(cause instanceof Error ? cause.message : cause)) ?? [];
    throw new ModelFileError(format, `${name} is cut short or damaged: ${where}. ${COMPARE}`, { cause });
  }
}

/** What a file is if it is not of `format`, and what to do: `a web page, …`. Undefined if nothing speaks against `format`. */
export function strangerIn(bytes: Uint8Array, format?: FileFormat): string | undefined {
  if (bytes.length === 0) return `empty: its download failed. ${AGAIN}`;
  // The length of the header may be any bytes, even another format's magic number.
  if (isSafetensors(bytes)) {
    return format === undefined || format === 'safetensors'
      ? undefined
      : 'a safetensors file: give it a name that ends in .safetensors';
  }
  const known = MARKS.find(
    ({ at = 0, mark, formats }) => !(format && formats?.includes(format)) && has(bytes, mark, at),
  );
  if (known) return typeof known.is === 'string' ? known.is : known.is(bytes);
  if (bytes.length >= FEW && bytes.every((byte) => byte === 0))
    return `nothing but zeros: its download failed. ${AGAIN}`;
  const text = textOf(bytes);
  if (text === undefined) {
    return format === 'prototxt' ? binaryForText(bytes) : undefined;
  }
  return strangeText(text, format);
}

/** The end of the message about a truncated file. */
export const COMPARE = 'Download it again, and compare its size with the one where it comes from.';
const AGAIN = 'Download it again.';
const UNPACK = 'Unpack it and give the files in it.';
const CONVERT = "Export the model to ONNX: torch.onnx.export(model, input, 'net.onnx').";
const TF2ONNX = 'Convert the model to ONNX with tf2onnx.';
const HDF5 = `an HDF5 file, as Keras and some versions of Caffe write. From Keras: ${TF2ONNX} From Caffe: save the weights as .caffemodel.`;

interface Mark {
  readonly mark: string | readonly number[];
  readonly at?: number;
  /** Formats that start with this mark themselves. */
  readonly formats?: readonly FileFormat[];
  readonly is: string | ((bytes: Uint8Array) => string);
}

/** The first this many marks belong to pointer files. */
const POINTERS = 3;

/** Magic numbers of other formats. No ONNX or Caffe file in binary form can start with any of them. */
const MARKS: readonly Mark[] = [
  { mark: 'version https://git-lfs.github.com/spec/', is: (bytes) => gitLfsPointer(latin1(bytes.subarray(0, HEAD))) },
  { mark: 'version https://hawser.github.com/spec/', is: (bytes) => gitLfsPointer(latin1(bytes.subarray(0, HEAD))) },
  { mark: '/annex/objects/', is: 'a git-annex pointer, not the file itself. Run `git annex get` where it comes from.' },
  { mark: 'PK\x03\x04', is: zip },
  { mark: 'PK\x05\x06', is: 'an empty zip archive.' },
  ...[2, 3, 4, 5].map((protocol) => ({
    mark: [0x80, protocol],
    is: `a Python pickle, as PyTorch's .pt and .pth files are. ${CONVERT}`,
  })),
  { mark: '\x89HDF\r\n\x1a\n', is: HDF5 },
  { mark: 'TFL3', at: 4, is: `a TensorFlow Lite model. ${TF2ONNX.replace('tf2onnx.', 'tf2onnx (--tflite).')}` },
  {
    mark: 'ORTM',
    at: 4,
    is: 'a model in ONNX Runtime’s own format (.ort). Give the .onnx file that it was made from.',
  },
  { mark: 'GGUF', is: 'a GGUF file, which holds a language model.' },
  { mark: '\x93NUMPY', formats: ['npy'], is: 'a NumPy array (.npy), not a net.' },
  { mark: [0x1f, 0x8b], is: `compressed with gzip. ${UNPACK}` },
  { mark: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], is: `compressed with xz. ${UNPACK}` },
  { mark: [0x28, 0xb5, 0x2f, 0xfd], is: `compressed with zstd. ${UNPACK}` },
  { mark: 'BZh', is: `compressed with bzip2. ${UNPACK}` },
  { mark: '7z\xbc\xaf\x27\x1c', is: `a 7z archive. ${UNPACK}` },
  { mark: 'Rar!', is: `a RAR archive. ${UNPACK}` },
  { mark: 'ustar', at: 257, is: `a tar archive. ${UNPACK}` },
  { mark: '\x89PNG', is: 'a picture (PNG).' },
  { mark: [0xff, 0xd8, 0xff], is: 'a picture (JPEG).' },
  { mark: 'GIF8', is: 'a picture (GIF).' },
  { mark: '%PDF', is: 'a PDF file.' },
  { mark: [0, 5, 0x16, 7], is: 'what macOS keeps beside a file (its name begins with ._). Give the file itself.' },
];

function has(bytes: Uint8Array, mark: string | readonly number[], at: number): boolean {
  if (bytes.length < at + mark.length) return false;
  for (let i = 0; i < mark.length; i++) {
    const want = typeof mark === 'string' ? mark.charCodeAt(i) : mark[i];
    if (bytes[at + i] !== want) return false;
  }
  return true;
}

/** Eight bytes of length, then JSON. For a plausible length the upper four bytes are zero. */
const isSafetensors = (bytes: Uint8Array): boolean =>
  bytes.length > 8 && bytes[8] === 0x7b && [4, 5, 6, 7].every((i) => bytes[i] === 0);

function gitLfsPointer(text: string): string {
  const size = /^size (\d+)/m.exec(text)?.[1];
  const of = size === undefined ? '' : ` of ${size} bytes`;
  return (
    `a Git LFS pointer, not the file${of} that it stands for. Run \`git lfs pull\` in its repository, ` +
    "or download it by the site's own link for the raw file."
  );
}

/** Recognised by the file names in the archive, which are at its start and again at its end. */
function zip(bytes: Uint8Array): string {
  const names = latin1(bytes.subarray(0, 2 ** 10)) + latin1(bytes.subarray(-(2 ** 16)));
  if (/data\.pkl/.test(names)) return `a PyTorch checkpoint (.pt or .pth). ${CONVERT}`;
  if (/model\.weights\.h5/.test(names)) return `a Keras model (.keras). ${TF2ONNX}`;
  if (/\.npyPK|\.npy/.test(names)) return 'an archive of NumPy arrays (.npz), not a net.';
  return `a zip archive. ${UNPACK}`;
}

/** The text, if the start of the file has no control characters. A byte order mark identifies UTF-16. */
function textOf(bytes: Uint8Array): string | undefined {
  const head = bytes.subarray(0, HEAD);
  if (has(head, [0xff, 0xfe], 0)) return new TextDecoder('utf-16le').decode(head);
  if (has(head, [0xfe, 0xff], 0)) return new TextDecoder('utf-16be').decode(head);
  const isText = head.every((byte) => byte >= 0x20 || byte === 9 || byte === 10 || byte === 12 || byte === 13);
  if (!isText) return undefined;
  try {
    // Streaming, because the last character may be cut.
    return new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
  } catch {
    return undefined;
  }
}

function binaryForText(bytes: Uint8Array): string | undefined {
  const head = bytes.subarray(0, HEAD);
  // Text contains no zero byte, but may contain a stray accent in another encoding.
  return head.includes(0) ? 'binary, not text. Is it the weights file? Its name should end in .caffemodel.' : undefined;
}

function strangeText(text: string, format: FileFormat | undefined): string | undefined {
  const start = text.replace(/^\uFEFF/, '').trimStart();
  // Editors and shells on Windows may save it with a byte order mark or in UTF-16.
  if (/^version https:\/\/(git-lfs|hawser)\.github\.com/.test(start)) return gitLfsPointer(start);
  if (start === '') return `blank: its download failed. ${AGAIN}`;
  if (/^<(!--|(!doctype|html|head|body|meta|title|script|div|center|h1|p)\b)/i.test(start)) {
    return `a web page${titled(start)}, not a file to read: the link led to a page about it, a login or an error. Download the file by its own link.`;
  }
  if (/^<(\?xml|error)/i.test(start)) {
    return `XML${titled(start)}, most often a server's error in place of the file. ${AGAIN}`;
  }
  if (format === undefined) return undefined;
  const shown = start
    .split(/[\r\n]/)[0]
    .slice(0, SHOWN)
    .trimEnd();
  const asText = `a text that begins '${shown}'`;
  if (format === 'prototxt') {
    // A field's name, or a comment.
    return /^(#|\w+\s*[:{<]|\[)/.test(start) && !/^\d/.test(start) ? undefined : `${asText}, which is no net's text.`;
  }
  if (/^(name|layers?|input|input_dim|force_backward|#)\b|^layers?\s*\{/.test(start) && /[:{]/.test(start)) {
    return "a net's text as Caffe has it: give it a name that ends in .prototxt.";
  }
  return `${asText}, most often a server's answer in place of the file. ${AGAIN}`;
}

/** Advice for a file with another extension, if it is known. */
export function adviceFor(name: string): string | undefined {
  const ending = /\.[^.]*$/.exec(name.toLowerCase())?.[0] ?? '';
  if (['.pt', '.pth', '.ckpt', '.bin', '.pkl'].includes(ending)) return CONVERT;
  if (['.pb', '.h5', '.hdf5', '.keras', '.tflite'].includes(ending)) return TF2ONNX;
  if (ending === '.dvc') return 'It is a pointer of DVC: run `dvc pull` where it comes from.';
  if (['.crdownload', '.part', '.partial', '.download'].includes(ending)) return `Its download is unfinished. ${AGAIN}`;
  return undefined;
}

function titled(page: string): string {
  const title = /<(title|h1|message|code)[^>]*>([^<]{1,80})</i.exec(page)?.[2].trim();
  return title ? ` ('${title}')` : '';
}

function latin1(bytes: Uint8Array): string {
  return new TextDecoder('latin1').decode(bytes);
}
