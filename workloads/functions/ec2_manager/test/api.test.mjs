import assert from 'node:assert/strict';
import { test } from 'node:test';

import { readSettings } from '../src/settings.mjs';
import { ENV, ID, api, instance, named, operate } from './support.mjs';

test('health answers without a token and says whether the table does', async () => {
  const { status, body } = await api().call('GET', '/api/health', { groups: null });
  assert.equal(status, 200);
  assert.deepEqual(body, { status: 'ok', system: 'ec2-manager', stage: 'dev', version: '7', checks: { dynamodb: 'ok' } });
  const broken = await api({ failing: { Get: named('ServiceUnavailable') } }).call('GET', '/api/health', { groups: null });
  assert.equal(broken.status, 503);
  assert.equal(broken.body.checks.dynamodb, 'error');
});

test('everything else needs a token', async () => {
  for (const [method, path] of [
    ['GET', '/api/instances'],
    ['GET', '/api/audit'],
    ['POST', '/api/instances/{id}/start'],
  ]) {
    const { status, body } = await api().call(method, path, { groups: null });
    assert.equal(status, 401, path);
    assert.equal(body.error.code, 'unauthorized');
  }
});

test('errors have one form', async () => {
  const { body, headers } = await api().call('GET', '/api/none', { headers: { 'X-Correlation-Id': 'caller-chose-1' } });
  assert.deepEqual(Object.keys(body), ['error']);
  assert.deepEqual(Object.keys(body.error), ['code', 'message', 'correlationId']);
  assert.equal(body.error.correlationId, 'caller-chose-1');
  assert.equal(headers['X-Correlation-Id'], 'caller-chose-1');
});

test('a correlation id that could break a log line is replaced', async () => {
  const { body } = await api().call('GET', '/api/none', { headers: { 'x-correlation-id': 'a"\n}{' } });
  assert.equal(body.error.correlationId, 'r-1');
});

test('an unforeseen error tells the caller nothing of its cause', async () => {
  const subject = api({ failing: { DescribeInstances: new Error('secret words') } });
  const { status, body } = await subject.call('GET', '/api/instances');
  assert.equal(status, 500);
  assert.equal(body.error.code, 'internal');
  assert.ok(!JSON.stringify(body).includes('secret words'));
  assert.ok(subject.lines.some((line) => line.level === 'ERROR' && line.reason === 'secret words'));
});

test('the origin of the web application is named, and no other', async () => {
  const allowed = await api().call('GET', '/api/health', { headers: { Origin: 'http://localhost:3000' } });
  assert.equal(allowed.headers['Access-Control-Allow-Origin'], 'http://localhost:3000');
  const other = await api().call('GET', '/api/health', { headers: { Origin: 'https://evil.example' } });
  assert.ok(!('Access-Control-Allow-Origin' in other.headers));
});

test('lines are JSON with a correlation id, and levels below the least are dropped', async () => {
  const subject = api({ env: { LOG_LEVEL: 'WARN' } });
  await subject.call('GET', '/api/instances', { groups: [] });
  assert.ok(subject.lines.length > 0);
  assert.ok(subject.lines.every((line) => line.correlationId === 'r-1'));
  assert.deepEqual([...new Set(subject.lines.filter((line) => line.level).map((line) => line.level))], ['WARN']);
  await subject.call('GET', '/api/health');
  assert.ok(!subject.lines.some((line) => line.message === 'request'));
});

test('usage, refusals and errors are counted in the namespace of the stack', async () => {
  const subject = api({ env: { METRICS_NAMESPACE: 'EC2Manager' } });
  await operate(subject, 'start');
  await operate(subject, 'start', { groups: ['viewer'], requestId: 'r-2' });
  const counted = subject.metrics().map((line) => {
    const [{ Namespace, Dimensions, Metrics }] = line._aws.CloudWatchMetrics;
    assert.equal(Namespace, 'EC2Manager');
    assert.ok(Dimensions[0].every((name) => typeof line[name] === 'string'));
    assert.ok(Metrics.every(({ Name }) => typeof line[Name] === 'number'));
    return Metrics.map(({ Name }) => Name).join();
  });
  assert.deepEqual(counted, ['InstanceStarts', 'Requests', 'OperationErrors', 'AuthFailures', 'Requests']);
  assert.ok(subject.lines.some((line) => line.event === 'auth_failure'));
});

test('a list holds managed instances in the documented form', async () => {
  const foreign = { ...instance('i-0fffffffffffffff0'), Tags: [{ Key: 'Name', Value: 'other' }] };
  const subject = api({ instances: [instance(), foreign] });
  const { status, body } = await subject.call('GET', '/api/instances', { groups: ['viewer'], query: { limit: '5' } });
  assert.equal(status, 200);
  assert.deepEqual(body, {
    instances: [{ id: ID, name: 'web', type: 't4g.micro', state: 'stopped', az: 'us-west-2a' }],
    nextToken: null,
  });
  assert.equal(subject.calls[0][1].MaxResults, 5);
});

test('a page has a sensible size and a token of ours', async () => {
  for (const limit of ['4', '101', 'many', '5.5', '']) {
    assert.equal((await api().call('GET', '/api/instances', { query: { limit } })).status, 400, limit);
  }
  const failing = { DescribeInstances: named('InvalidNextToken') };
  assert.equal((await api({ failing }).call('GET', '/api/instances', { query: { nextToken: 'x' } })).status, 400);
});

test('who belongs to no group sees nothing', async () => {
  const { status, body } = await api().call('GET', '/api/instances', { groups: [] });
  assert.equal(status, 403);
  assert.match(body.error.message, /viewer or operator or admin/);
});

test('a stack without its table is told at the start', () => {
  assert.throws(() => readSettings({ ...ENV, TABLE_AUDIT: '' }), /TABLE_AUDIT is not set/);
});
