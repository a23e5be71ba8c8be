// A workaround. uPlot 1.6.32 makes `new Intl.NumberFormat(navigator.language)` when it is loaded. Where the system's locale is C
// or POSIX, as in many containers, Chromium says 'en-US@posix', which is no language tag: it throws, and with it the whole page.
// Import this before uPlot. To be deleted when uPlot asks for the default locale (https://github.com/leeoniya/uPlot).
try {
  new Intl.NumberFormat(navigator.language);
} catch {
  Object.defineProperty(navigator, 'language', { value: 'en-US', configurable: true });
}
