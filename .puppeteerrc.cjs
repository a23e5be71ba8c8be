// Puppeteer's own browser download is not needed: test/support/browser.ts finds one.
module.exports = { skipDownload: true };
