import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import { once } from 'node:events';
import { test } from 'node:test';

import { parseTrace, traced } from '../src/trace.mjs';

const HEADER = 'Root=1-65f0-1;Parent=53995c3f42cd8ad8;Sampled=1';

async function daemon() {
  const socket = dgram.createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { socket, env: { AWS_XRAY_DAEMON_ADDRESS: `127.0.0.1:${socket.address().port}`, _X_AMZN_TRACE_ID: HEADER } };
}

test('work is a segment below the call', async () => {
  const { socket, env } = await daemon();
  const arrived = once(socket, 'message');
  assert.equal(await traced('audit record', async () => 42, env), 42);
  const [message] = await arrived;
  socket.close();
  const [head, body] = message.toString().split('\n');
  assert.deepEqual(JSON.parse(head), { format: 'json', version: 1 });
  const segment = JSON.parse(body);
  assert.equal(segment.name, 'audit record');
  assert.deepEqual([segment.trace_id, segment.parent_id, segment.type], ['1-65f0-1', '53995c3f42cd8ad8', 'subsegment']);
  assert.match(segment.id, /^[0-9a-f]{16}$/);
  assert.ok(segment.end_time >= segment.start_time);
});

test('failing work is a fault, and still fails', async () => {
  const { socket, env } = await daemon();
  const arrived = once(socket, 'message');
  await assert.rejects(traced('ec2 stop', () => Promise.reject(new Error('no')), env), /no/);
  const [message] = await arrived;
  socket.close();
  assert.equal(JSON.parse(message.toString().split('\n')[1]).fault, true);
});

test('a call that is not sampled sends nothing', async () => {
  assert.equal(parseTrace(HEADER.replace('Sampled=1', 'Sampled=0')), null);
  assert.equal(parseTrace(undefined), null);
  assert.equal(await traced('x', async () => 1, {}), 1);
});
