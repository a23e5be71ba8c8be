// Files that are not what their name says are named for what they are.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { describeWithData, sharedData } from '../../test/support/shared.js';
import { ModelFileError } from '../core/errors.js';
import { importModel, readBinaryproto, readNpy, readSafetensors, readTensors, writeTensors } from './index.js';

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));
const POINTER = 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 54321\n';
const EMBEDDED = resolve(import.meta.dirname, '../../models/mini-squeezenet.safetensors');

/** What importing one file says. */
function complaint(name: string, bytes: Uint8Array, ...others: { name: string; bytes: Uint8Array }[]): string {
  try {
    importModel([{ name, bytes }, ...others]);
  } catch (error) {
    if (error instanceof ModelFileError) return error.message;
    throw error;
  }
  throw new Error(`${name} was taken for a net`);
}

describe.each(['net.onnx', 'net.caffemodel', 'net.safetensors', 'net.prototxt', 'net.pth'])('%s', (name) => {
  test.each([
    ['a Git LFS pointer', POINTER, /is a Git LFS pointer, not the file of 54321 bytes .*git lfs pull/],
    [
      'a Git LFS pointer with a byte order mark',
      `\xef\xbb\xbf${POINTER}`,
      /is a Git LFS pointer, not the file of 54321/,
    ],
    [
      'a Git LFS pointer in UTF-16',
      `\xff\xfe${POINTER.replace(/./gs, '$&\0')}`,
      /is a Git LFS pointer, not the file of 54321/,
    ],
    ['a git-annex pointer', '/annex/objects/SHA256E-s1--ab.onnx\n', /is a git-annex pointer.*git annex get/],
    [
      'a web page',
      '\n<!DOCTYPE html><html><head><title>Sign in</title>',
      /is a web page \('Sign in'\).*Download the file/,
    ],
    ['a web page with a byte order mark', '\xef\xbb\xbf<html lang="en">', /is a web page, /],
    ['a store’s error', '<?xml version="1.0"?><Error><Code>AccessDenied</Code>', /is XML \('AccessDenied'\)/],
    ['an empty download', '', /is empty: its download failed\. Download it again/],
    ['a download of zeros', '\0'.repeat(5000), /is nothing but zeros/],
    ['a download of blanks', ' \n '.repeat(9), /is blank/],
    [
      'a PyTorch checkpoint',
      'PK\x03\x04\0\0\0\0net/data.pkl\x80\x02}PK\x01\x02',
      /is a PyTorch checkpoint.*torch\.onnx\.export/,
    ],
    ['an older checkpoint', '\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.', /is a Python pickle.*torch\.onnx\.export/],
    ['a Keras 3 model', 'PK\x03\x04\0\0metadata.jsonPK\x01\x02model.weights.h5', /is a Keras model.*tf2onnx/],
    ['an archive', 'PK\x03\x04\0\0net/net.onnx', /is a zip archive\. Unpack it/],
    ['an older Keras model', '\x89HDF\r\n\x1a\n\0\0', /is an HDF5 file.*tf2onnx/],
    ['a TensorFlow Lite model', '\x1c\0\0\0TFL3\x14\0', /is a TensorFlow Lite model.*tf2onnx/],
    ['a compressed file', '\x1f\x8b\b\0\0\0', /is compressed with gzip\. Unpack it/],
    ['a picture', '\x89PNG\r\n\x1a\n\0\0\0\rIHDR', /is a picture \(PNG\)/],
  ])('%s', (_what, text, expected) => {
    const message = complaint(name, bytesOf(text));
    expect(message).toContain(`${name} is `);
    expect(message).toMatch(expected);
  });
});

describe.each(['net.onnx', 'net.caffemodel', 'net.safetensors'])('%s', (name) => {
  test.each([
    ['a server’s answer', 'Entry not found', /is a text that begins 'Entry not found'/],
    ['a server’s answer in JSON', '{"error":"Repository not found"}', /is a text that begins '\{"error":"Repository/],
    ['the text of a net', 'name: "LeNet"\nlayer {\n', /is a net's text as Caffe has it: .*\.prototxt/],
  ])('%s', (_what, text, expected) => {
    expect(complaint(name, bytesOf(text))).toMatch(expected);
  });
});

test.each(['404: Not Found', 'Entry not found', '{"error":"Repository not found"}'])('net.prototxt: %s', (answer) => {
  expect(complaint('net.prototxt', bytesOf(answer))).toContain(
    `is a text that begins '${answer}', which is no net's text`,
  );
});

test('a weights file named .prototxt', () => {
  expect(complaint('net.prototxt', bytesOf('\n\x05LeNet\xa2\x06\0\0\0'))).toMatch(/is binary, not text.*\.caffemodel/);
});

test('a safetensors file named .onnx', () => {
  expect(complaint('net.onnx', readFileSync(EMBEDDED))).toMatch(/is a safetensors file: .*\.safetensors/);
});

test('a safetensors file whose header length reads like another mark is read', () => {
  // 640 bytes of header: 0x80 0x02, a pickle's beginning.
  const tensors = new Map([['w', { shape: [1], dtype: 'f32' as const, data: Float32Array.of(7) }]]);
  const bare = writeTensors(tensors, { note: '' });
  const length = new DataView(bare.buffer).getUint32(0, true);
  const padded = writeTensors(tensors, { note: ' '.repeat(640 - length) });
  expect(Array.from(padded.subarray(0, 2))).toEqual([0x80, 0x02]);
  expect(readTensors(padded).tensors.get('w')?.data[0]).toBe(7);
});

test.each([0.1, 0.5, 0.99])('%s of a safetensors file', (share) => {
  const whole = readFileSync(EMBEDDED);
  const message = complaint('net.safetensors', whole.subarray(0, Math.floor(whole.length * share)));
  expect(message).toMatch(/bytes .*Download it again, and compare its size/);
});

test.each(['net.onnx', 'net.caffemodel'])('%s, cut short', (name) => {
  // Field 7 (ONNX's graph) of 1000 bytes, of which 20 are there.
  const bytes = Uint8Array.from([8, 8, 0x3a, 0xe8, 7, ...Array.from({ length: 20 }, (_, i) => i)]);
  expect(complaint(name, bytes)).toMatch(/is cut short or damaged: .*1000 bytes, 20 are left\. Download it again/);
});

test('weights beside an ONNX model that are a pointer', () => {
  const string = (number: number, text: string) => [number * 8 + 2, text.length, ...bytesOf(text)];
  const message = (number: number, bytes: readonly number[]) => [number * 8 + 2, bytes.length, ...bytes];
  const entry = message(13, [...string(1, 'location'), ...string(2, 'net.data')]);
  // TensorProto: dims [1], float, name, external.
  const tensor = [8, 1, 16, 1, ...string(8, 'w'), ...entry, 14 * 8, 1];
  const model = Uint8Array.from([8, 8, ...message(7, message(5, tensor)), ...message(8, [16, 13])]);
  const data = { name: 'net.data', bytes: bytesOf(POINTER) };
  expect(complaint('net.onnx', model, data)).toMatch(/the weights file 'net\.data' is a Git LFS pointer/);
});

test.each([
  ['model.pt', /torch\.onnx\.export/],
  ['frozen.pb', /tf2onnx/],
  ['net.onnx.crdownload', /Its download is unfinished/],
])('%s of no known content: advice by its ending', (name, expected) => {
  expect(complaint(name, bytesOf('\x01\x02\x03\xff'))).toMatch(expected);
});

test.each([
  ['readNpy', readNpy],
  ['readBinaryproto', readBinaryproto],
  ['readSafetensors', readSafetensors],
])('%s names a pointer and a page', (_name, read) => {
  expect(() => read(bytesOf(POINTER))).toThrow(/the file is a Git LFS pointer/);
  expect(() => read(bytesOf('<!DOCTYPE html>'))).toThrow(/the file is a web page/);
});

describeWithData('reports/13-not-the-file', () => {
  test.each([
    ['html.onnx', /html\.onnx is a web page/],
    ['lfs.onnx', /lfs\.onnx is a Git LFS pointer, not the file of 123 bytes/],
    ['lfs.caffemodel', /lfs\.caffemodel is a Git LFS pointer, not the file of 123 bytes/],
  ])('%s', (name, expected) => {
    expect(complaint(name, readFileSync(join(sharedData() ?? '', 'reports/13-not-the-file', name)))).toMatch(expected);
  });
});
