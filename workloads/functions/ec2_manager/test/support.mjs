/** An API with fakes of AWS: instances by id, a table of items, parameters by name. */

import { createApi } from '../src/app.mjs';
import { readSettings } from '../src/settings.mjs';

export const NOW = new Date('2026-03-10T12:00:00Z');
export const ENV = {
  SYSTEM: 'ec2-manager',
  STAGE: 'dev',
  TABLE_AUDIT: 'audit',
  VERSION: '7',
  CORS_ORIGINS: 'https://web.example,http://localhost:3000',
  PARAMETER_STORE_PREFIX: '/ec2-manager/dev/',
};
export const ID = 'i-0123456789abcdef0';

export const instance = (id = ID, state = 'stopped', tags = {}) => ({
  InstanceId: id,
  InstanceType: 't4g.micro',
  State: { Name: state },
  Placement: { AvailabilityZone: 'us-west-2a' },
  Tags: Object.entries({ ManagedBy: 'ec2-manager', Name: 'web', ...tags }).map(([Key, Value]) => ({ Key, Value })),
});

export const named = (name) => Object.assign(new Error(name), { name });

export function fakes({ instances = [instance()], parameters = {}, failing = {} } = {}) {
  const items = [];
  const calls = [];
  const send = (answers) => async (command) => {
    const name = command.constructor.name.replace('Command', '');
    calls.push([name, command.input]);
    if (failing[name]) throw failing[name];
    return answers[name](command.input);
  };
  const change = (key, state) => ({ InstanceIds: [id] }) => ({ [key]: [{ InstanceId: id, CurrentState: { Name: state } }] });
  const clients = {
    ec2: {
      send: send({
        DescribeInstances: ({ InstanceIds: wanted, Filters }) => ({
          Reservations: [
            {
              Instances: instances.filter(
                (one) =>
                  (!wanted || wanted.includes(one.InstanceId)) &&
                  Filters.filter(({ Name }) => Name.startsWith('tag:')).every(({ Name, Values }) =>
                    one.Tags.some(({ Key, Value }) => Name === `tag:${Key}` && Values.includes(Value)),
                  ),
              ),
            },
          ],
        }),
        StartInstances: change('StartingInstances', 'pending'),
        StopInstances: change('StoppingInstances', 'stopping'),
        RebootInstances: () => ({}),
      }),
    },
    documents: {
      send: send({
        Get: () => ({}),
        Put: ({ Item }) => {
          if (items.some(({ id, timestamp }) => id === Item.id && timestamp === Item.timestamp)) {
            throw named('ConditionalCheckFailedException');
          }
          items.push(Item);
          return {};
        },
        Query: ({ ExpressionAttributeNames: names, ExpressionAttributeValues: values, Limit }) => ({
          Items: items
            .filter((item) => item[names['#key']] === values[':value'])
            .filter(({ timestamp }) => timestamp >= values[':from'] && timestamp <= values[':to'])
            .sort((one, other) => other.timestamp.localeCompare(one.timestamp))
            .slice(0, Limit),
        }),
      }),
    },
    ssm: {
      send: send({
        GetParameter: ({ Name }) => {
          if (!(Name in parameters)) throw named('ParameterNotFound');
          return { Parameter: { Value: parameters[Name] } };
        },
      }),
    },
  };
  return { clients, items, calls };
}

export function api(options = {}) {
  const { clients, items, calls } = fakes(options);
  const lines = [];
  const settings = readSettings({ ...ENV, ...options.env });
  const handler = createApi({ settings, clients, clock: () => options.now ?? NOW, write: (line) => lines.push(JSON.parse(line)) });
  const call = async (method, resource, more = {}) => {
    const answer = await handler(request(method, resource, more));
    return { status: answer.statusCode, headers: answer.headers, body: JSON.parse(answer.body) };
  };
  return { call, items, calls, lines, metrics: () => lines.filter((line) => line._aws) };
}

export function request(method, resource, { groups = ['admin'], query, path = {}, headers = {}, requestId = 'r-1', stageVariables } = {}) {
  const claims = groups && { sub: 'u-1', email: 'ann@ec2-manager.example', 'cognito:groups': groups.join(',') };
  return {
    httpMethod: method,
    resource,
    path: resource.replace('{id}', path.id ?? ''),
    pathParameters: path,
    queryStringParameters: query ?? null,
    stageVariables: stageVariables ?? null,
    headers,
    requestContext: {
      requestId,
      requestTimeEpoch: NOW.getTime(),
      authorizer: claims ? { claims } : undefined,
    },
  };
}

export const operate = (subject, action, more = {}) =>
  subject.call('POST', `/api/instances/{id}/${action}`, { path: { id: ID }, ...more });
