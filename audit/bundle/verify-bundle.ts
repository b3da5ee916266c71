/**
 * Verifies an export file or stream: opens the container and hands its files to the pure core. Never writes anything,
 * never unpacks to disk, never asks the network.
 */
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import type { Report } from '../log/verdict';
import { verifyExport, type VerifyOptions } from '../log/verify';
import { readContainer } from './container-reader';
import { examineOnAllCores } from './examiner-threads';

const CHUNK_BYTES = 1024 * 1024;

/** Throws only when the input cannot be read at all; whatever it contains ends in the report. */
export async function verifyBundle(input: Readable | string, options: VerifyOptions = {}): Promise<Report> {
  const stream = typeof input === 'string' ? createReadStream(input, { highWaterMark: CHUNK_BYTES }) : input;
  return verifyExport(readContainer(stream as AsyncIterable<Buffer>), { openExaminer: examineOnAllCores, ...options });
}
