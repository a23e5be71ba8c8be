// Writes results as Markdown: ratios, and times with the adapter's name.
import type { Report } from './main.js';
import type { CaseResult, Encoding, Entry } from './measure.js';

const OURS = 'convscope';
const GROUPS = [
  ['layer', 'Single layers'],
  ['net', 'Whole nets, forward'],
  ['train', 'One step of training'],
  ['step', 'One step of activation maximization: forward, backward to the image, update'],
] as const;

/** The fastest peer with a correct result. */
function bestPeer(c: CaseResult): Entry | undefined {
  const peers = c.entries.filter((e) => e.contender !== OURS && e.right && e.timing);
  return peers.sort((a, b) => (a.timing?.median ?? 0) - (b.timing?.median ?? 0))[0];
}

const ours = (c: CaseResult): Entry | undefined => c.entries.find((e) => e.contender === OURS && e.right && e.timing);

/** How many times faster than the fastest correct peer. */
function ratio(c: CaseResult): number | undefined {
  const peer = bestPeer(c)?.timing;
  const own = ours(c)?.timing;
  return peer && own ? peer.median / own.median : undefined;
}

const geometricMean = (values: readonly number[]): number =>
  Math.exp(values.reduce((sum, v) => sum + Math.log(v), 0) / values.length);

/** Share of the adapter's best matrix product, or of its copy bandwidth. */
function efficiency(c: CaseResult): number | undefined {
  const own = ours(c)?.timing;
  return own && ((c.limit === 'matmul' ? c.flops : c.bytes) / own.median / c.limitPerSecond) * 1000;
}

export function renderReport(report: Report): string {
  const { roofline, contenders } = report;
  const lines = [
    `**${report.adapter}** (${report.backend}), ${report.machine}, ${report.date}, commit ${report.commit}, ` +
      `${Object.entries(report.versions)
        .map(([k, v]) => `${k} ${v}`)
        .join(', ')}; ` +
      contenders.map((c) => `${c.name} ${c.version}`).join(', '),
    '',
    `\`${report.command}\``,
    '',
    `Limits, before the first case: ${report.roofline.peak.toFixed(1)} GFLOP/s f32 multiply-add, ${roofline.copy.toFixed(1)} GB/s copy, ` +
      `1024³ matrix product ${roofline.matmul.map((m) => `${m.gflops.toFixed(1)} GFLOP/s (${m.variant})`).join(', ')}.`,
    'Efficiency is of the best product, or of the copy bandwidth where marked with *, measured in alternation with the case.',
  ];
  const peers = contenders.filter((c) => c.name !== OURS);
  for (const [group, title] of GROUPS) {
    const cases = report.cases.filter((c) => c.group === group);
    if (cases.length === 0) continue;
    lines.push('', `### ${title}`, '');
    lines.push(
      `| | convscope, ms | ${peers.map((p) => `${p.name}, ms | `).join('')}fastest right peer ÷ ours | efficiency |`,
    );
    lines.push(`|---|---:|${peers.map(() => '---:|').join('')}---:|---:|`);
    for (const c of cases) {
      const cells = [OURS, ...peers.map((p) => p.name)].map((name) => cell(c, name));
      const times = ratio(c);
      const share = efficiency(c);
      lines.push(
        `| ${c.title}${c.confirmed ? '' : ' (no peer to confirm)'} | ${cells.join(' | ')} | ${times ? `${times.toFixed(1)}×` : '–'} | ` +
          `${share ? `${(share * 100).toFixed(0)} %${c.limit === 'copy' ? '*' : ''}` : '–'} |`,
      );
    }
    const encodings = cases.flatMap((c) => ours(c)?.encode ?? []);
    if (group === 'step' && encodings.length > 0) {
      const most = (part: keyof Encoding) => Math.max(...encodings.map((e) => e[part])).toFixed(2);
      lines.push(
        '',
        `Encoding and submitting a step takes convscope's thread ${most('whole')} ms at most; JavaScript alone, calling empty functions ` +
          `in place of a pass's, ${most('script')} ms.`,
      );
    }
    const ratios = cases.flatMap((c) => ratio(c) ?? []);
    if (ratios.length > 1) {
      lines.push('', `Geometric mean ${geometricMean(ratios).toFixed(2)}×, least ${Math.min(...ratios).toFixed(2)}×.`);
    }
  }
  const first = report.cases[0];
  if (report.cases.length === 1 && first) {
    const cold = first.entries.map((e) => `${e.contender} ${(e.cold / 1000).toFixed(2)} s`).join(', ');
    // The memory of another process is not counted.
    const seen = first.entries.filter((e) => e.peakBytes > 0);
    const peak = seen.map((e) => `${e.contender} ${(e.peakBytes / 2 ** 20).toFixed(1)} MiB`).join(', ') || 'not seen';
    lines.push('', `Cold, from weights in memory to the first result: ${cold}. GPU memory at its peak: ${peak}.`);
  }
  return `${lines.join('\n')}\n`;
}

function cell(c: CaseResult, name: string): string {
  const entry = c.entries.find((e) => e.contender === name);
  if (c.failures.some((f) => f.contender === name)) return 'fails';
  if (!entry) return '–';
  // Infinite means another size or not finite. JSON has no such number.
  if (!entry.right) return `wrong (${Number.isFinite(entry.error) ? entry.error.toExponential(0) : 'no comparison'})`;
  if (!entry.timing) return '–';
  const { median, min, max, runs } = entry.timing;
  const show = (v: number) => (v >= 100 ? v.toFixed(0) : v >= 10 ? v.toFixed(1) : v.toFixed(2));
  return runs > 1 ? `${show(median)} [${show(min)}–${show(max)}]` : show(median);
}
