// Keeps what graphics drivers say while they are opened off a terminal.
//
// Dawn, the Vulkan loader and Mesa write to the process's stderr from native code: four or five lines before every command's own,
// about limits that they lowered and adapters that they passed over. Neither takes a switch for it (Dawn's log has no callback in
// npm's webgpu 0.6, and its severity is fixed), and Node cannot redirect a descriptor of its own process.
// So the command runs in a child whose descriptor 2 is a pipe to this process, which leaves out the lines that are known to mean
// nothing. The command's own messages go to descriptor 3, the real stderr: a terminal stays one. It costs one start of Node, about
// 40 ms. Delete this file when webgpu passes Dawn's log to JavaScript.
import { spawn } from 'node:child_process';
import { writeSync } from 'node:fs';
import { constants } from 'node:os';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { isatty, WriteStream } from 'node:tty';

/** Tells the child that descriptor 3 is the stderr. */
const MARK = 'CONVSCOPE_MESSAGES';
const MESSAGES = 3;

/** Lines of drivers that say nothing about the result. */
const NOISE = [
  // The Vulkan loader and Wayland's client, where no desktop runs.
  /^error: XDG_RUNTIME_DIR (is invalid or not set|not set) in the environment\.?$/,
  // Dawn, on adapters whose limits are larger than its own.
  /^Warning: \w+ artificially reduced from \d+ to \d+ to fit /,
  // Mesa, of every CPU adapter.
  /^WARNING: (lavapipe|llvmpipe|dzn|\w+) is not a conformant vulkan implementation/,
];
/** Dawn's report on an adapter that it passes over, and the lines that belong to it. Where none is left, an error says so. */
const PASSED_OVER = /^Warning: .* (required|not supported|is not available)\.?$/;
const BELONGS = /^( - While initializing adapter|\s+at \w+ \(.*\.cpp:\d+\)|\s*$)/;

/** True for lines to be shown; keeps track of reports that take several lines. */
export function createFilter(): (line: string) => boolean {
  let inside: string[] = [];
  return (line) => {
    if (inside.length > 0 && BELONGS.test(line)) return false;
    inside = PASSED_OVER.test(line) ? [line] : [];
    return inside.length === 0 && !NOISE.some((noise) => noise.test(line));
  };
}

/** In the child, makes descriptor 3 the stderr of everything in JavaScript. Elsewhere does nothing. */
export function useMessages(): void {
  if (process.env[MARK] === undefined) return;
  delete process.env[MARK];
  const stream = isatty(MESSAGES)
    ? new WriteStream(MESSAGES)
    : new Writable({ decodeStrings: true, write: (chunk, _, done) => done(writeAll(chunk)) });
  Object.defineProperty(process, 'stderr', { value: stream, configurable: true });
  // Without the parent nobody waits for the result.
  process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel?.unref();
}

/** A pipe that is full says so, and takes more in a moment. */
function writeAll(chunk: Uint8Array): Error | null {
  for (let at = 0; at < chunk.length; ) {
    try {
      at += writeSync(MESSAGES, chunk, at);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) {
        return error instanceof Error ? error : new Error(String(error));
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
  return null;
}

/**
 * Runs this very command in a child with its drivers' noise left out, and takes over its exit code. False where there is no need or
 * no way: the command then runs here.
 */
export async function runQuietly(): Promise<boolean> {
  const debugged = process.execArgv.some((option) => option.startsWith('--inspect'));
  const other = 'Deno' in globalThis || 'Bun' in globalThis;
  if (process.env[MARK] !== undefined || process.platform === 'win32' || debugged || other) return false;
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    stdio: ['inherit', 'inherit', 'pipe', 2, 'ipc'],
    env: { ...process.env, [MARK]: '1' },
    // A terminal's interrupt goes to this process alone, and from here to the child: it must not get it twice.
    detached: true,
  });
  const started = await new Promise<boolean>((resolve) => {
    child.once('spawn', () => resolve(true));
    child.once('error', () => resolve(false));
  });
  if (!started) return false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  const shown = createFilter();
  const { stderr } = child;
  const ended = new Promise<void>((resolve) => {
    child.on('close', (code, signal) => {
      process.exitCode = code ?? 128 + (signal ? constants.signals[signal] : 0);
      resolve();
    });
  });
  if (stderr) {
    for await (const line of createInterface({ input: stderr })) if (shown(line)) process.stderr.write(`${line}\n`);
  }
  await ended;
  return true;
}
