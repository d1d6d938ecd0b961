/** The managed instances: those that carry the tag, and no others. */

import {
  DescribeInstancesCommand,
  RebootInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
} from '@aws-sdk/client-ec2';

import { badRequest, conflict, notFound } from './errors.mjs';
import { MANAGED_TAG, PROTECTED_TAG } from './settings.mjs';
import { traced } from './trace.mjs';

/** What each action is, and the states that an instance can be in for it. */
export const ACTIONS = {
  start: { command: StartInstancesCommand, from: ['stopped', 'running', 'pending'], changes: 'StartingInstances' },
  stop: { command: StopInstancesCommand, from: ['running', 'pending', 'stopping', 'stopped'], changes: 'StoppingInstances' },
  reboot: { command: RebootInstancesCommand, from: ['running'] },
};

const MANAGED = { Name: `tag:${MANAGED_TAG.key}`, Values: [MANAGED_TAG.value] };
/** Terminated instances stay listed for an hour; nothing can be done with them. */
const ALIVE = { Name: 'instance-state-name', Values: ['pending', 'running', 'shutting-down', 'stopping', 'stopped'] };
const ID = /^i-([0-9a-f]{8}|[0-9a-f]{17})$/;
const PAGE = { min: 5, max: 100, usual: 50 };

/**
 * One page of the managed instances.
 *
 * @param {import('@aws-sdk/client-ec2').EC2Client} ec2
 * @param {{limit?: string, nextToken?: string}} query As the caller gave it.
 */
export async function listInstances(ec2, { limit, nextToken }) {
  const size = limit === undefined ? PAGE.usual : Number(limit);
  if (!Number.isInteger(size) || size < PAGE.min || size > PAGE.max) {
    throw badRequest(`limit is a whole number from ${PAGE.min} to ${PAGE.max}`);
  }
  const found = await traced('ec2 list', () => describe(ec2, { MaxResults: size, NextToken: nextToken || undefined }));
  return { instances: found.instances.map(shown), nextToken: found.nextToken };
}

/** Every managed instance, page by page. */
export async function* allInstances(ec2) {
  let nextToken;
  do {
    const page = await describe(ec2, { MaxResults: PAGE.max, NextToken: nextToken });
    yield* page.instances.map(shown);
    nextToken = page.nextToken;
  } while (nextToken);
}

/**
 * Start, stop or reboot an instance.
 *
 * @param {import('@aws-sdk/client-ec2').EC2Client} ec2
 * @param {'start' | 'stop' | 'reboot'} action
 * @param {string} id The instance.
 * @returns Its state before, and the one that EC2 answers with.
 * @throws {HttpError} 404 for an instance that does not exist or is not managed, so that nobody can probe for others;
 *   409 for one that is protected, or in a state in which this cannot be done.
 */
export async function act(ec2, action, id) {
  const instance = await traced('ec2 find', () => find(ec2, id));
  const previousState = instance.State.Name;
  if ((tag(instance, PROTECTED_TAG) ?? '').toLowerCase() === 'true') {
    throw conflict('protected', `Instance ${id} is protected by its tag ${PROTECTED_TAG}`);
  }
  const { command, from, changes } = ACTIONS[action];
  if (!from.includes(previousState)) {
    throw conflict('wrong_state', `Instance ${id} is ${previousState}: it cannot be asked to ${action}`);
  }
  const answer = await traced(`ec2 ${action}`, () => ec2.send(new command({ InstanceIds: [id] })));
  const currentState = changes ? answer[changes]?.[0]?.CurrentState?.Name : undefined;
  // EC2 answers a reboot with nothing: the instance stays in the state running.
  return { previousState, currentState: currentState ?? previousState };
}

async function find(ec2, id) {
  const missing = () => notFound(`There is no managed instance ${id}`);
  if (!ID.test(id)) throw missing();
  try {
    const { instances } = await describe(ec2, { InstanceIds: [id] });
    if (instances.length === 0) throw missing();
    return instances[0];
  } catch (error) {
    if (['InvalidInstanceID.NotFound', 'InvalidInstanceID.Malformed'].includes(error.name)) throw missing();
    throw error;
  }
}

async function describe(ec2, input) {
  try {
    const answer = await ec2.send(new DescribeInstancesCommand({ ...input, Filters: [MANAGED, ALIVE] }));
    const instances = (answer.Reservations ?? []).flatMap((reservation) => reservation.Instances ?? []);
    return { instances, nextToken: answer.NextToken ?? null };
  } catch (error) {
    if (['InvalidNextToken', 'InvalidParameterValue'].includes(error.name) && input.NextToken) {
      throw badRequest('nextToken is not one that this list gave');
    }
    throw error;
  }
}

const tag = (instance, key) => instance.Tags?.find(({ Key }) => Key === key)?.Value;

const shown = (instance) => ({
  id: instance.InstanceId,
  name: tag(instance, 'Name') ?? null,
  type: instance.InstanceType,
  state: instance.State.Name,
  az: instance.Placement?.AvailabilityZone ?? null,
});
