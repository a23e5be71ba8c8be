// What a newcomer meets after `npm start`: addresses in the terminal, the list of pages, and the toolbox one click away.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { openPage } from '../support/browser.js';
import { until } from '../support/toolbox.js';

const ROOT = resolve(import.meta.dirname, '..', '..');

test.each([
  [390, 844],
  [1280, 720],
  [1920, 1080],
])('from the list, %i pixels wide, the toolbox is one click away, and nothing goes wrong', async (width, height) => {
  await using opened = await openPage('/examples/index.html');
  await opened.page.setViewport({ width, height });
  await opened.page.waitForSelector('#examples a');
  const [first] = await opened.page.$$('#examples a');
  expect(await first.evaluate((link) => link.textContent)).toBe('Toolbox');
  expect(await opened.page.evaluate('document.documentElement.scrollWidth')).toBe(width);
  await Promise.all([opened.page.waitForNavigation(), first.click()]);
  await until(opened, 'document.querySelectorAll("#guesses li").length === 5');
  expect(await opened.page.evaluate('document.documentElement.scrollWidth')).toBe(width);
  expect(opened.problems).toEqual([]);
});

test('npm start prints the toolbox’s address where no browser opens', async () => {
  const { CI: _, DISPLAY: _display, WAYLAND_DISPLAY: _wayland, ...env } = process.env;
  const server = spawn(process.execPath, ['node_modules/vite/bin/vite.js', 'examples', '--port', '0'], {
    cwd: ROOT,
    env: { ...env, CI: '1' },
  });
  try {
    let printed = '';
    for await (const chunk of server.stdout) {
      printed += stripVTControlCharacters(String(chunk));
      if (printed.includes('preferred-image')) break;
    }
    expect(printed).toMatch(/toolbox: http:\/\/localhost:\d+\/toolbox\/\n/);
  } finally {
    server.kill();
    if (server.exitCode === null) await once(server, 'exit');
  }
});
