/** The parameter by which operations staff stop every action at once, without a deployment. */

import { GetParameterCommand } from '@aws-sdk/client-ssm';

import { isOn } from './settings.mjs';

/** Seconds that the answer is kept. */
const KEPT_MS = 60_000;

/**
 * A question whether actions are allowed, answered by the parameter `ACTIONS`. Where there is none, they are; where it
 * cannot be read, the last answer holds, and without one they are not.
 *
 * @param {import('@aws-sdk/client-ssm').SSMClient} ssm
 * @param {string} prefix Beginning of the stack's parameters; empty where there are none.
 * @returns {(log: object, now: number) => Promise<boolean>}
 */
export function createPause(ssm, prefix) {
  let answer;
  let readAt = -Infinity;
  return async (log, now) => {
    if (!prefix) return true;
    if (now - readAt < KEPT_MS) return answer;
    try {
      const found = await ssm.send(new GetParameterCommand({ Name: `${prefix}ACTIONS` }));
      answer = isOn(found.Parameter.Value);
      readAt = now;
    } catch (error) {
      if (error.name === 'ParameterNotFound') return true;
      log.error('The parameter ACTIONS cannot be read', { error: error.name });
    }
    return answer ?? false;
  };
}
