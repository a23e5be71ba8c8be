// The library in a real browser: in a page and in a module worker.
import { expect, test } from 'vitest';
import { openPage } from '../support/browser.js';
import type { ContextReport } from './pages/describe.js';

test('openContext works in a page and in a module worker', async () => {
  await using opened = await openPage('/test/browser/pages/context.html');
  const [page, worker] = await opened.page.evaluate((): Promise<ContextReport[]> => Reflect.get(globalThis, 'result'));
  expect(opened.problems).toEqual([]);
  expect(page).toEqual({ adapter: expect.stringMatching(/./), software: true, echo: [1, 2, 3] });
  expect(worker).toEqual(page);
});

test('openPage reports what goes wrong on a page', async () => {
  await using opened = await openPage('/test/browser/pages/broken.html');
  expect([...opened.problems].sort()).toEqual([
    expect.stringMatching(/^console: .*404/),
    expect.stringMatching(/^exception: .*on purpose/),
    expect.stringMatching(/^status 404: .*missing\.png$/),
  ]);
});
