/** Calls a handler with events from standard input, one JSON a line, and answers the same way. As Lambda does, in one warm instance. */

import { createInterface } from 'node:readline';

const { handler } = await import(new URL(`../src/${process.argv[2]}.mjs`, import.meta.url));
for await (const line of createInterface({ input: process.stdin })) {
  const lines = [];
  const write = process.stdout.write;
  process.stdout.write = (text) => lines.push(text);
  let answer;
  try {
    answer = await handler(JSON.parse(line));
  } finally {
    process.stdout.write = write;
  }
  process.stdout.write(`${JSON.stringify({ answer, lines })}\n`);
}
