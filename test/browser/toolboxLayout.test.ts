// Where the toolbox's parts lie on screens of the usual sizes, by their rectangles.
import { describe, expect, test } from 'vitest';
import type { TestPage } from '../support/browser.js';
import { openToolbox } from '../support/toolbox.js';

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly width: number;
  readonly height: number;
}

/** What is seen of an element: its rectangle, cut by the window and by all around it that cuts. */
const seenOf = (opened: TestPage, id: string): Promise<{ readonly whole: Box; readonly seen: Box }> =>
  opened.page.evaluate((name) => {
    const element = document.getElementById(name);
    if (!element) throw new Error(`no #${name}`);
    const { left, top, right, bottom, width, height } = element.getBoundingClientRect();
    let cut = { left, top, right, bottom };
    const by = (box: { left: number; top: number; right: number; bottom: number }) => {
      cut = {
        left: Math.max(cut.left, box.left),
        top: Math.max(cut.top, box.top),
        right: Math.min(cut.right, box.right),
        bottom: Math.min(cut.bottom, box.bottom),
      };
    };
    for (let around = element.parentElement; around && around !== document.body; around = around.parentElement) {
      if (getComputedStyle(around).overflow !== 'visible') by(around.getBoundingClientRect());
    }
    by({ left: 0, top: 0, right: innerWidth, bottom: innerHeight });
    const seen = { ...cut, width: cut.right - cut.left, height: cut.bottom - cut.top };
    return { whole: { left, top, right, bottom, width, height }, seen };
  }, id);

const resize = async (opened: TestPage, width: number, height: number) => {
  await opened.page.setViewport({ width, height });
  await opened.page.evaluate(() => new Promise(requestAnimationFrame));
};

describe('the layout', () => {
  test.each([
    [1280, 720],
    [1366, 650],
  ])('at %i×%i everything of the unit and its back-projection is on the screen', async (width, height) => {
    await using opened = await openToolbox('#back=off&unitPane=false');
    await resize(opened, width, height);
    for (const id of ['unit', 'history', 'back', 'back-mode', 'filter', 'seed', 'hold', 'input', 'guesses']) {
      const { whole, seen } = await seenOf(opened, id);
      expect(seen, id).toEqual(whole);
      expect(whole.height, id).toBeGreaterThan(20);
    }
    const { whole: back } = await seenOf(opened, 'back');
    expect(back.height).toBeGreaterThan(150);
  });

  test('at 1280×720 the unit’s pictures are on the screen too', async () => {
    await using opened = await openToolbox('#layer=conv1&back=off');
    await resize(opened, 1280, 720);
    await opened.page.waitForFunction('document.querySelectorAll("#projections canvas").length === 9', {
      timeout: 90_000,
    });
    for (const id of ['preferred', 'top', 'projections']) {
      const { whole, seen } = await seenOf(opened, id);
      expect(seen, id).toEqual(whole);
    }
  });

  test('on a phone the input and the guesses come before the grid', async () => {
    await using opened = await openToolbox('#back=off&unitPane=false');
    await resize(opened, 390, 844);
    const { whole: input, seen } = await seenOf(opened, 'input');
    const { whole: grid } = await seenOf(opened, 'grid');
    const { whole: guesses } = await seenOf(opened, 'guesses');
    expect(seen).toEqual(input);
    expect(input.bottom).toBeLessThan(grid.top);
    expect(guesses.bottom).toBeLessThan(grid.top);
  });

  test.each([
    [390, 844],
    [1366, 650],
  ])(
    'at %i×%i the drawing pad is seen whole and square, beside what the net makes of it and its guesses',
    async (width, height) => {
      await using opened = await openToolbox('#source=draw&back=off&unitPane=false');
      await resize(opened, width, height);
      const { whole: pad, seen } = await seenOf(opened, 'pad');
      expect(seen).toEqual(pad);
      expect(pad.width).toBeGreaterThan(200);
      expect(Math.abs(pad.width - pad.height)).toBeLessThanOrEqual(1);
      for (const id of ['input', 'guesses']) {
        const part = await seenOf(opened, id);
        expect(part.seen, id).toEqual(part.whole);
      }
    },
  );

  test('what has nothing to say takes no room', async () => {
    await using opened = await openToolbox('#back=off&unitPane=false');
    for (const id of ['problem', 'notes', 'ask', 'sides', 'units', 'pad', 'ink-label', 'size-button']) {
      const { whole } = await seenOf(opened, id);
      expect(whole.height, id).toBe(0);
    }
  });

  test.each([390, 768, 1100, 1280, 1920])('nothing is wider than a window of %i', async (width) => {
    await using opened = await openToolbox('#back=off&unitPane=false');
    await resize(opened, width, 844);
    expect(await opened.page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    expect(opened.problems).toEqual([]);
  });
});
