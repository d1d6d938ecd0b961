/** Segments of our own in X-Ray's traces, handed to the daemon that Lambda runs beside the function. */

import { randomBytes } from 'node:crypto';
import dgram from 'node:dgram';

const HEADER = '{"format": "json", "version": 1}\n';

/** The parts of `Root=1-…;Parent=…;Sampled=1`; null for a call that is not sampled. */
export function parseTrace(header) {
  const parts = Object.fromEntries((header ?? '').split(';').map((part) => part.split('=')));
  return parts.Root && parts.Parent && parts.Sampled === '1' ? { root: parts.Root, parent: parts.Parent } : null;
}

/**
 * Do `work` inside a segment called `name`.
 *
 * @template T
 * @param {string} name What is done.
 * @param {() => Promise<T>} work The doing.
 * @param {Record<string, string | undefined>} [env] Environment: Lambda keeps the trace of the current call there.
 * @returns {Promise<T>}
 */
export async function traced(name, work, env = process.env) {
  const trace = parseTrace(env._X_AMZN_TRACE_ID);
  const daemon = env.AWS_XRAY_DAEMON_ADDRESS;
  if (!trace || !daemon) return work();
  const segment = {
    name,
    id: randomBytes(8).toString('hex'),
    trace_id: trace.root,
    parent_id: trace.parent,
    type: 'subsegment',
    start_time: Date.now() / 1000,
  };
  try {
    return await work();
  } catch (error) {
    segment.fault = true;
    throw error;
  } finally {
    await send(daemon, { ...segment, end_time: Date.now() / 1000 });
  }
}

/** A datagram that nobody waits for: a trace that is lost must not fail a call. */
function send(daemon, segment) {
  const at = daemon.lastIndexOf(':');
  const socket = dgram.createSocket('udp4');
  return new Promise((done) => {
    const close = () => socket.close(() => done());
    socket.once('error', close);
    socket.send(HEADER + JSON.stringify(segment), Number(daemon.slice(at + 1)), daemon.slice(0, at), close);
  });
}
