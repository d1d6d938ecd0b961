/** The nightly record of the state that each managed instance is in. */

import { record } from './audit.mjs';
import { allInstances } from './instances.mjs';
import { createLog } from './log.mjs';

/**
 * The handler of EventBridge's schedule.
 *
 * @param {object} parts As for the API.
 */
export function createSnapshot({ settings, clients, write }) {
  /** @param {{id: string, time: string}} event What EventBridge sends; a repeated one adds nothing. */
  return async function handler(event) {
    const log = createLog({
      level: settings.logLevel,
      fields: { correlationId: event.id, stage: settings.stage },
      write,
    });
    const timestamp = new Date(event.time).toISOString();
    const states = {};
    let added = 0;
    for await (const instance of allInstances(clients.ec2)) {
      states[instance.state] = (states[instance.state] ?? 0) + 1;
      const item = { id: `snapshot-${instance.id}`, timestamp, user: 'schedule', action: 'snapshot', target: instance.id };
      const more = { result: instance.state, instanceType: instance.type, correlationId: event.id };
      if (await record(clients.documents, settings.table, { ...item, ...more })) added += 1;
    }
    const total = Object.values(states).reduce((sum, count) => sum + count, 0);
    log.metrics(settings.namespace, { ManagedInstances: total, RunningInstances: states.running ?? 0 });
    log.info('snapshot', { instances: total, added, states });
    return { instances: total, added };
  };
}
