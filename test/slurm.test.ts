// The array job of examples/cluster in a real SLURM of one machine, where Debian's packages are installed.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { importCaffe, writeSafetensors } from '../src/importers/index.js';
import { testAdapter } from './support/adapter.js';
import { CLI, commandFolder } from './support/command.js';

const { folder, at, convscope } = commandFolder();
const SCRIPT = resolve(import.meta.dirname, '../examples/cluster/slurm.sbatch');
const has = (program: string) => spawnSync('which', [program]).status === 0;
const there = ['slurmctld', 'slurmd', 'sbatch', 'munged'].every(has) && process.getuid?.() === 0;

const TINY = `name: "tiny" input: "data" input_dim: 1 input_dim: 3 input_dim: 16 input_dim: 16
  layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param { num_output: 4 kernel_size: 5 } }`;
const LINE = ['top', 'tiny.safetensors', '--images', 'world:0-59', '--k', '3', '--batch', '5'];

const env = { ...process.env, SLURM_CONF: at('slurm.conf') };
const stop: (() => void)[] = [];

function startSlurm(): void {
  for (const name of ['state', 'spool', 'munge']) mkdirSync(at(name), { mode: 0o755 });
  writeFileSync(at('munge/key'), Buffer.alloc(1024, 7), { mode: 0o600 });
  const socket = at('munge/socket');
  const munged = [
    '--foreground',
    `--key-file=${at('munge/key')}`,
    `--socket=${socket}`,
    `--pid-file=${at('munge/pid')}`,
  ];
  const files = [`--seed-file=${at('munge/seed')}`, `--log-file=${at('munge/log')}`, '--force'];
  const [name] = hostname().split('.');
  writeFileSync(
    at('slurm.conf'),
    `ClusterName=test
SlurmctldHost=${name}(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=${socket}
CredType=cred/munge
StateSaveLocation=${at('state')}
SlurmdSpoolDir=${at('spool')}
SlurmctldPidFile=${at('slurmctld.pid')}
SlurmdPidFile=${at('slurmd.pid')}
SlurmctldPort=26817
SlurmdPort=26818
SlurmctldLogFile=${at('slurmctld.log')}
SlurmdLogFile=${at('slurmd.log')}
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
MpiDefault=none
ReturnToService=2
SlurmdParameters=config_overrides
NodeName=${name} NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=all Nodes=${name} Default=YES MaxTime=INFINITE State=UP
`,
  );
  for (const [program, args] of [
    ['munged', [...munged, ...files]],
    ['slurmctld', ['-D']],
    ['slurmd', ['-D', '-N', name]],
  ] as const) {
    const child = spawn(program, [...args], { env, stdio: 'ignore' });
    stop.unshift(() => child.kill('SIGKILL'));
  }
}

beforeAll(async () => {
  if (!there) return;
  const { seeded: _, ...tiny } = importCaffe(TINY, undefined, { seededWeights: 0 });
  const preprocessing = { ...tiny.preprocessing, order: 'rgb', mean: [120, 110, 100], stated: true } as const;
  writeFileSync(at('tiny.safetensors'), writeSafetensors({ ...tiny, preprocessing }));
  // `npx convscope` of this build, as an installation has it.
  mkdirSync(at('bin'));
  writeFileSync(
    at('bin/npx'),
    `#!/bin/sh\nshift\nexec "${process.execPath}" "${CLI}" "$@" --adapter ${testAdapter()}\n`,
    { mode: 0o755 },
  );
  startSlurm();
  // Until the machine has told the controller that it is there.
  for (let i = 0; i < 60; i++) {
    const { stdout } = spawnSync('sinfo', ['-h', '-o', '%T'], { env, encoding: 'utf8' });
    if (stdout.trim() === 'idle') break;
    await new Promise((done) => setTimeout(done, 1000));
  }
}, 90_000);

afterAll(() => {
  for (const end of stop) end();
});

test('an array job of four tasks has the bytes of one process', async (context) => {
  if (!there) return context.skip('SLURM is not installed (slurmctld, slurmd, munge)');
  const one = await convscope(...LINE, '--adapter', testAdapter(), '--out', 'one');
  expect(one.code, one.stderr).toBe(0);
  const plan = await convscope('jobs', 'plan', '--store', 'store', '--size', '7', ...LINE);
  expect(plan.code, plan.stderr).toBe(0);
  const PATH = `${at('bin')}:${process.env.PATH}`;
  const line = ['--parsable', '--wait', '--export=ALL', `--chdir=${folder}`, SCRIPT];
  const job = execFileSync('sbatch', line, {
    cwd: folder,
    env: { ...env, PATH, CONVSCOPE_STORE: at('store') },
    encoding: 'utf8',
  }).trim();
  const logs = [1, 2, 3, 4].map((task) => readFileSync(join(folder, `convscope-${job}-${task}.log`), 'utf8'));
  expect(logs.map((log) => /made (\d+), found 0/.exec(log)?.[1])).toEqual(['3', '2', '2', '2']);
  const merged = await convscope('jobs', 'merge', '--store', 'store', '--out', 'merged');
  expect(merged.code, merged.stderr).toBe(0);
  expect(readFileSync(at('merged/top.json'), 'utf8')).toBe(readFileSync(at('one/top.json'), 'utf8'));
}, 240_000);
