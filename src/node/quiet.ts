// Hides the messages that graphics drivers print when they are opened.
//
// What breaks without this file: Dawn, the Vulkan loader and Mesa write to the process's stderr from native code. They print
// four or five lines before every command's own output, about limits that they lowered and adapters that they skipped. Neither
// has a switch to stop it (Dawn's log has no callback in npm's webgpu 0.6, and its severity is fixed), and Node cannot redirect
// a descriptor of its own process. So the command runs in a child process. Its descriptor 2 is a pipe to this process, which
// drops lines that are known to be meaningless. The command's own messages go to descriptor 3, the real stderr, so a terminal
// stays a terminal. Cost: one more start of Node, about 40 ms. Delete this file when webgpu passes Dawn's log to JavaScript.
import { spawn } from 'node:child_process';
import { writeSync } from 'node:fs';
import { constants } from 'node:os';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { isatty, WriteStream } from 'node:tty';

/** Tells the child that descriptor 3 is the real stderr. */
const MARK = 'CONVSCOPE_MESSAGES';
const MESSAGES = 3;

/** Driver messages that do not matter for the result. */
const NOISE = [
  // The Vulkan loader and Wayland's client, on machines without a desktop.
  /^error: XDG_RUNTIME_DIR (is invalid or not set|not set) in the environment\.?$/,
  // Dawn, for adapters whose limits are higher than its own.
  /^Warning: \w+ artificially reduced from \d+ to \d+ to fit /,
  // Mesa, for every CPU adapter.
  /^WARNING: (lavapipe|llvmpipe|dzn|\w+) is not a conformant vulkan implementation/,
];
/** Dawn's report about an adapter that it skips, and its continuation lines. If no adapter is left, a proper error says so. */
const PASSED_OVER = /^Warning: .* (required|not supported|is not available)\.?$/;
const BELONGS = /^( - While initializing adapter|\s+at \w+ \(.*\.cpp:\d+\)|\s*$)/;

/** True for lines to show. Keeps track of reports that span several lines. */
export function createFilter(): (line: string) => boolean {
  let inside: string[] = [];
  return (line) => {
    if (inside.length > 0 && BELONGS.test(line)) return false;
    inside = PASSED_OVER.test(line) ? [line] : [];
    return inside.length === 0 && !NOISE.some((noise) => noise.test(line));
  };
}

/** In the child: redirects JavaScript's stderr to descriptor 3. Elsewhere: does nothing. */
export function useMessages(): void {
  if (process.env[MARK] === undefined) return;
  delete process.env[MARK];
  const stream = isatty(MESSAGES)
    ? new WriteStream(MESSAGES)
    : new Writable({ decodeStrings: true, write: (chunk, _, done) => done(writeAll(chunk)) });
  Object.defineProperty(process, 'stderr', { value: stream, configurable: true });
  // If the parent is gone, nobody waits for the result.
  process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel?.unref();
}

/** A full pipe reports EAGAIN and accepts more a moment later. */
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
 * Runs this command again in a child process with driver messages filtered, and takes over its exit code. Returns false if that
 * is unnecessary or impossible; the command then runs in this process.
 */
export async function runQuietly(): Promise<boolean> {
  const debugged = process.execArgv.some((option) => option.startsWith('--inspect'));
  const other = 'Deno' in globalThis || 'Bun' in globalThis;
  if (process.env[MARK] !== undefined || process.platform === 'win32' || debugged || other) return false;
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    stdio: ['inherit', 'inherit', 'pipe', 2, 'ipc'],
    env: { ...process.env, [MARK]: '1' },
    // A terminal sends an interrupt to this process, which forwards it. The child must not receive it twice.
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
