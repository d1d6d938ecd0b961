import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createSnapshot } from '../src/snapshots.mjs';
import { readSettings } from '../src/settings.mjs';
import { ENV, ID, api, fakes, instance } from './support.mjs';

const item = (id, timestamp, more = {}) => ({
  id,
  timestamp,
  day: timestamp.slice(0, 10),
  user: 'ann@ec2-manager.example',
  action: 'start',
  instance: ID,
  result: 'accepted',
  schemaVersion: 1,
  ...more,
});

function filled() {
  const subject = api();
  subject.items.push(
    item('a', '2026-03-08T10:00:00.000Z'),
    item('b', '2026-03-09T10:00:00.000Z', { user: 'bob@ec2-manager.example' }),
    item('c', '2026-03-10T11:00:00.000Z', { instance: 'i-0fffffffffffffff0' }),
    item('d', '2026-01-01T00:00:00.000Z'),
  );
  return subject;
}

const ids = ({ body }) => body.items.map(({ id }) => id);

test('the trail is read newest first, a week by default', async () => {
  const answer = await filled().call('GET', '/api/audit');
  assert.equal(answer.status, 200);
  assert.deepEqual(ids(answer), ['c', 'b', 'a']);
  assert.deepEqual(Object.keys(answer.body.items[0]), ['id', 'timestamp', 'user', 'action', 'target', 'result']);
});

test('from, to and limit are kept to', async () => {
  const query = { from: '2026-03-08T00:00:00Z', to: '2026-03-09T23:00:00Z' };
  assert.deepEqual(ids(await filled().call('GET', '/api/audit', { query })), ['b', 'a']);
  assert.deepEqual(ids(await filled().call('GET', '/api/audit', { query: { ...query, limit: '1' } })), ['b']);
});

test('one user, or one instance', async () => {
  assert.deepEqual(ids(await filled().call('GET', '/api/audit', { query: { user: 'bob@ec2-manager.example' } })), ['b']);
  assert.deepEqual(ids(await filled().call('GET', '/api/audit', { query: { instance: ID } })), ['b', 'a']);
});

test('what cannot be answered is refused', async () => {
  for (const query of [
    { from: 'yesterday' },
    { limit: '0' },
    { limit: '201' },
    { from: '2026-03-10T00:00:00Z', to: '2026-03-09T00:00:00Z' },
    { from: '2026-01-01T00:00:00Z', to: '2026-03-09T00:00:00Z' },
    { user: 'a', instance: 'b' },
  ]) {
    assert.equal((await api().call('GET', '/api/audit', { query })).status, 400, JSON.stringify(query));
  }
});

test('only administrators read the trail', async () => {
  assert.equal((await api().call('GET', '/api/audit', { groups: ['operator', 'viewer'] })).status, 403);
});

test('the nightly snapshot records each managed instance once', async () => {
  const instances = [instance(ID, 'running'), instance('i-0fffffffffffffff0', 'stopped')];
  const { clients, items } = fakes({ instances });
  const lines = [];
  const snapshot = createSnapshot({ settings: readSettings(ENV), clients, write: (line) => lines.push(JSON.parse(line)) });
  const event = { id: 'e-1', time: '2026-03-10T08:00:00Z' };
  assert.deepEqual(await snapshot(event), { instances: 2, added: 2 });
  assert.deepEqual(await snapshot(event), { instances: 2, added: 0 });
  assert.deepEqual(items.map(({ action, result }) => [action, result]), [['snapshot', 'running'], ['snapshot', 'stopped']]);
  const counted = lines.find((line) => line._aws);
  assert.deepEqual([counted.ManagedInstances, counted.RunningInstances], [2, 1]);
});
