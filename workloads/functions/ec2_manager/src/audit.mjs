/** The audit trail: items are added and read, never changed. */

import { GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';

import { badRequest } from './errors.mjs';
import { traced } from './trace.mjs';

/** Shape of the items; a reader knows by it what to expect. Another shape gets another number, never old items. */
export const SCHEMA_VERSION = 1;
/** Items of a day lie together, so that a stretch of time is a query for each of its days. */
const BY_DAY = 'by-day';
const INDEXES = { user: 'by-user', instance: 'by-instance' };
const DAY_MS = 86_400_000;
const LIMIT = { max: 200, usual: 50 };
const DAYS = { max: 31, usual: 7 };

/**
 * Add an item. An item that is there already stays as it is.
 *
 * @param {import('@aws-sdk/lib-dynamodb').DynamoDBDocumentClient} documents
 * @param {string} table Name of the table.
 * @param {{id: string, timestamp: string, user: string, action: string, target: string, result: string}} record
 *   With further fields at will. The same id and time are the same item.
 * @returns {Promise<boolean>} Whether it was added; false for one that was there.
 */
export async function record(documents, table, { target, ...rest }) {
  const item = { ...rest, instance: target, day: rest.timestamp.slice(0, 10), schemaVersion: SCHEMA_VERSION };
  const put = new PutCommand({ TableName: table, Item: item, ConditionExpression: 'attribute_not_exists(id)' });
  try {
    await traced('audit record', () => documents.send(put));
    return true;
  } catch (error) {
    if (error.name === 'ConditionalCheckFailedException') return false;
    throw error;
  }
}

/**
 * Items of a stretch of time, newest first; of one user or one instance where the caller names one.
 *
 * @param {import('@aws-sdk/lib-dynamodb').DynamoDBDocumentClient} documents
 * @param {string} table Name of the table.
 * @param {{from?: string, to?: string, limit?: string, user?: string, instance?: string}} query As the caller gave it.
 * @param {Date} now
 * @throws {HttpError} 400 for what is no time, no number, too long or too much.
 */
export async function readTrail(documents, table, query, now) {
  const { from, to } = stretch(query, now);
  const limit = query.limit === undefined ? LIMIT.usual : Number(query.limit);
  if (!Number.isInteger(limit) || limit < 1 || limit > LIMIT.max) {
    throw badRequest(`limit is a whole number from 1 to ${LIMIT.max}`);
  }
  if (query.user && query.instance) throw badRequest('Ask for a user or for an instance, not for both');
  const key = query.user ? 'user' : query.instance ? 'instance' : null;
  const partitions = key ? [[INDEXES[key], key, query[key]]] : daysBack(from, to).map((day) => [BY_DAY, 'day', day]);
  const items = [];
  for (const [index, name, value] of partitions) {
    if (items.length >= limit) break;
    items.push(...(await traced('audit read', () => readPartition(index, name, value, limit - items.length))));
  }
  return { items: items.map(shown) };

  async function readPartition(index, name, value, most) {
    const found = [];
    let start;
    do {
      const page = await documents.send(
        new QueryCommand({
          TableName: table,
          IndexName: index,
          KeyConditionExpression: '#key = :value AND #time BETWEEN :from AND :to',
          ExpressionAttributeNames: { '#key': name, '#time': 'timestamp' },
          ExpressionAttributeValues: { ':value': value, ':from': from, ':to': to },
          ScanIndexForward: false,
          Limit: most - found.length,
          ExclusiveStartKey: start,
        }),
      );
      found.push(...(page.Items ?? []));
      start = page.LastEvaluatedKey;
    } while (start && found.length < most);
    return found;
  }
}

/** Whether the table answers. */
export async function reachable(documents, table) {
  await documents.send(new GetCommand({ TableName: table, Key: { id: 'health', timestamp: 'health' } }));
}

function stretch(query, now) {
  const read = (name, usual) => {
    if (query[name] === undefined) return usual;
    const time = new Date(query[name]);
    if (Number.isNaN(time.getTime())) throw badRequest(`${name} is a time such as 2026-01-31T12:00:00Z`);
    return time;
  };
  const to = read('to', now);
  const from = read('from', new Date(to.getTime() - DAYS.usual * DAY_MS));
  if (from > to) throw badRequest('from is after to');
  if (to - from > DAYS.max * DAY_MS) throw badRequest(`from and to are at most ${DAYS.max} days apart`);
  return { from: from.toISOString(), to: to.toISOString() };
}

function daysBack(from, to) {
  const days = [];
  for (let time = Date.parse(`${to.slice(0, 10)}T00:00:00Z`); time >= Date.parse(from.slice(0, 10)); time -= DAY_MS) {
    days.push(new Date(time).toISOString().slice(0, 10));
  }
  return days;
}

const shown = ({ id, timestamp, user, action, instance, result }) => ({
  id,
  timestamp,
  user,
  action,
  target: instance,
  result,
});
