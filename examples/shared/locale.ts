// A workaround. What breaks: uPlot 1.6.32 calls `new Intl.NumberFormat(navigator.language)` when it loads. If the system's
// locale is C or POSIX, as in many containers, Chromium reports 'en-US@posix', which is not a valid language tag. The call
// throws, and the whole page fails. Import this file before uPlot. Delete it when uPlot uses the default locale
// (https://github.com/leeoniya/uPlot).
try {
  new Intl.NumberFormat(navigator.language);
} catch {
  Object.defineProperty(navigator, 'language', { value: 'en-US', configurable: true });
}
