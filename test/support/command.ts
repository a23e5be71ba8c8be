// Runs the built command as a user would: in its own process and folder.
import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const CLI = resolve(import.meta.dirname, '../../dist/node/cli.js');

export interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandFolder {
  readonly folder: string;
  /** A path in the folder. */
  at(name: string): string;
  /** Runs the command there. */
  convscope(...args: string[]): Promise<Result>;
}

export function commandFolder(): CommandFolder {
  const folder = mkdtempSync(join(tmpdir(), 'convscope-cli-'));
  return {
    folder,
    at: (name) => join(folder, name),
    convscope: (...args) =>
      new Promise((done) => {
        execFile(process.execPath, [CLI, ...args], { cwd: folder }, (error, stdout, stderr) => {
          done({ code: error ? Number(error.code ?? 1) : 0, stdout, stderr });
        });
      }),
  };
}
