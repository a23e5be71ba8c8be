// A Vulkan driver that computes on the CPU, from npm: the SwiftShader and the Vulkan loader inside
// @sparticuz/chromium. With it WebGPU works on a Linux machine that has no GPU and no system package.
//
// What breaks without this file: Dawn needs libvulkan.so.1 and a driver, and a bare server or container has neither. Delete it
// when npm's `webgpu` ships its own software adapter (https://github.com/dawn-gpu/node-webgpu).
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { GpuError } from '../core/errors.js';
import { cachedFolder } from './cache.js';

/** glibc's RTLD_NODELETE, which node:os does not name. */
const RTLD_NODELETE = 0x1000;
const TAR_BLOCK = 512;

export interface ChromiumPackage {
  readonly version: string;
  /** The folder with its compressed binaries. */
  readonly bin: string;
}

/** The installed @sparticuz/chromium; undefined if it is missing or built for another platform. */
export async function findChromiumPackage(): Promise<ChromiumPackage | undefined> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  let entry: string;
  try {
    entry = createRequire(import.meta.url).resolve('@sparticuz/chromium');
  } catch {
    return undefined;
  }
  // The package exports neither its version nor its `bin` folder, and its own unpacking function is neither atomic nor public.
  const root = join(dirname(entry), '..', '..');
  const { version }: { version: string } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  return { version, bin: join(root, 'bin') };
}

/** The unpacked description file of the SwiftShader driver; undefined if there is none for this platform. */
export async function swiftShaderDriver(): Promise<string | undefined> {
  const chromium = await findChromiumPackage();
  if (!chromium) return undefined;
  const folder = await cachedFolder(`swiftshader-${chromium.version}`, (target) =>
    unpackTarBrotli(join(chromium.bin, 'swiftshader.tar.br'), target, /^(libvulkan|libvk_swiftshader|vk_swiftshader)/),
  );
  // Dawn opens the Vulkan loader by this name, only on the system's search path.
  if (!loadLibrary('libvulkan.so.1')) loadLibrary(join(folder, 'libvulkan.so.1'));
  return join(folder, 'vk_swiftshader_icd.json');
}

/** Unpacks the files of a brotli-compressed tar whose paths match `wanted`. */
export async function unpackTarBrotli(archive: string, target: string, wanted = /./): Promise<void> {
  const tar = brotliDecompressSync(await readFile(archive));
  let unpacked = 0;
  let at = 0;
  while (at + TAR_BLOCK <= tar.length) {
    const field = (start: number, length: number) =>
      tar.toString('latin1', at + start, at + start + length).split('\0')[0];
    const path = field(0, 100);
    if (path === '') break; // Two empty blocks end an archive.
    const size = Number.parseInt(field(124, 12), 8);
    const end = at + TAR_BLOCK + size;
    if (!(end <= tar.length)) throw new GpuError(archive, `'${path}' is cut short`);
    const isFile = field(156, 1) === '0' || field(156, 1) === '';
    if (isFile && wanted.test(path)) {
      const file = join(target, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, tar.subarray(at + TAR_BLOCK, end), { mode: 0o755 });
      unpacked++;
    }
    at += TAR_BLOCK + Math.ceil(size / TAR_BLOCK) * TAR_BLOCK;
  }
  if (unpacked === 0) throw new GpuError(archive, `no file matches ${wanted}`);
}

/**
 * Loads a native library into this process permanently, by path or by a name on the search path. Returns false if it is
 * missing. Later requests for the library's name return this one, wherever it came from.
 */
export function loadLibrary(library: string): boolean {
  const { RTLD_NOW, RTLD_GLOBAL } = constants.dlopen;
  try {
    // GLOBAL and NODELETE: Node closes the library again because it is not an addon, but it must stay loaded.
    process.dlopen({ exports: {} }, library, RTLD_NOW | RTLD_GLOBAL | RTLD_NODELETE);
    return true;
  } catch (error) {
    // 'Module did not self-register' means that the library was found and loaded. Any other error means that it was not.
    return String(error).includes('did not self-register');
  }
}
