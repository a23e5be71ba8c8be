// What the pages of galleries and searches share.

export const STYLE = `
:root { color-scheme: light dark; --ink: #1c1c1e; --soft: #6b6b70; --paper: #f6f5f2; --card: #fff; --line: #dddbd5; --bad: #a33 }
@media (prefers-color-scheme: dark) { :root { --ink: #eee; --soft: #9d9da3; --paper: #161618; --card: #202023; --line: #34343a; --bad: #f88 } }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 90rem; padding: 1.5rem; background: var(--paper); color: var(--ink); font: 15px/1.45 system-ui, sans-serif }
h1 { font-size: 1.6rem; margin: 0 0 .25rem }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .25rem; padding-top: .75rem; border-top: 1px solid var(--line) }
h3 { font-size: 1rem; margin: 1.25rem 0 .1rem }
p { margin: .15rem 0; color: var(--soft); max-width: 60rem }
nav { margin: .75rem 0 } nav a { margin-right: .75rem; color: inherit }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(var(--w), max-content)); gap: .9rem .7rem; margin: .75rem 0 }
figure { margin: 0; width: var(--w) }
.tile { position: relative; overflow: hidden; width: var(--w); height: var(--h); border-radius: 6px; background: var(--line) }
.tile img { position: absolute; max-width: none; left: calc(var(--x) * -1px); top: calc(var(--y) * -1px) }
.none { display: grid; place-items: center; color: var(--bad); font-size: .85rem; text-align: center; padding: .4rem; background: repeating-linear-gradient(45deg, transparent 0 8px, var(--line) 8px 9px), var(--card) }
figcaption { font-size: .8rem; line-height: 1.3; margin-top: .3rem; overflow-wrap: anywhere }
figcaption b { display: block; font-weight: 600 }
figcaption span { color: var(--soft); font-variant-numeric: tabular-nums }
footer { margin-top: 3rem; font-size: .85rem }
`;

/** Three digits, and a true minus. */
export const short = (value: number): string => String(Number(value.toPrecision(3))).replace('-', '−');

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
/** Text in HTML, and in attributes between double quotes. */
export const escaped = (text: string): string => text.replace(/[&<>"]/g, (c) => ENTITIES[c]);
