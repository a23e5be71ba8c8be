// Files that are not what their name says, dropped on the toolbox: it says what they are, and keeps its net.
import { expect, test } from 'vitest';
import { dropFiles, openToolbox, textOf, until } from '../support/toolbox.js';

test.each([
  [
    'a Git LFS pointer',
    'net.onnx',
    'version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 9\n',
    /Git LFS pointer/,
  ],
  ['a web page', 'net.safetensors', '<!DOCTYPE html><title>Sign in</title>', /a web page \('Sign in'\)/],
  ['a PyTorch checkpoint', 'net.pth', 'PK\x03\x04\0\0net/data.pkl', /a PyTorch checkpoint.*torch\.onnx\.export/],
])('%s', async (_what, name, text, expected) => {
  await using opened = await openToolbox('#back=off&unitPane=false');
  const before = await textOf(opened, 'net');
  await dropFiles(opened, [{ name, bytes: new TextEncoder().encode(text) }]);
  await until(opened, 'document.getElementById("problem").hidden === false');
  expect(await textOf(opened, 'problem')).toMatch(expected);
  expect(await textOf(opened, 'net')).toBe(before);
  expect(opened.problems).toEqual([]);
});
