// What a page offers as a download.
import type { TestPage } from './browser.js';

/** Clicks an element that saves a file, and returns the file's bytes. */
export const savedBy = (opened: TestPage, selector: string): Promise<number[]> =>
  opened.page.evaluate(async (s) => {
    const { click } = HTMLAnchorElement.prototype;
    const downloaded = new Promise<Response>((resolve, reject) => {
      HTMLAnchorElement.prototype.click = function () {
        fetch(this.href).then(resolve, reject);
      };
    });
    document.querySelector<HTMLElement>(s)?.click();
    const response = await downloaded;
    HTMLAnchorElement.prototype.click = click;
    return [...new Uint8Array(await response.arrayBuffer())];
  }, selector);
