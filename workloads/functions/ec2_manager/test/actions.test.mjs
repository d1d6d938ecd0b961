import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ID, api, instance, named, operate } from './support.mjs';

const EXPECTED = {
  start: ['stopped', 'pending', 'StartInstances', 'InstanceStarts'],
  stop: ['running', 'stopping', 'StopInstances', 'InstanceStops'],
  reboot: ['running', 'running', 'RebootInstances', 'InstanceReboots'],
};

for (const [action, [before, after, command, metric]] of Object.entries(EXPECTED)) {
  test(`${action} answers 202, is written down once, and is counted`, async () => {
    const subject = api({ instances: [instance(ID, before)] });
    const { status, body } = await operate(subject, action, { groups: ['operator'] });
    assert.equal(status, 202);
    assert.deepEqual(body, { requestId: 'r-1', instanceId: ID, action, previousState: before, currentState: after });
    assert.deepEqual(subject.calls.filter(([name]) => name === command), [[command, { InstanceIds: [ID] }]]);
    assert.equal(subject.items.length, 1);
    const [item] = subject.items;
    assert.deepEqual(
      { ...item },
      {
        id: 'r-1',
        timestamp: '2026-03-10T12:00:00.000Z',
        day: '2026-03-10',
        user: 'ann@ec2-manager.example',
        userId: 'u-1',
        action,
        instance: ID,
        result: 'accepted',
        previousState: before,
        currentState: after,
        correlationId: 'r-1',
        schemaVersion: 1,
      },
    );
    assert.ok(subject.metrics().some((line) => line[metric] === 1));
  });
}

for (const groups of [['viewer'], []]) {
  test(`${groups[0] ?? 'nobody'} may not touch an instance, and the attempt is on record`, async () => {
    for (const action of Object.keys(EXPECTED)) {
      const subject = api({ instances: [instance(ID, 'running')] });
      const { status } = await operate(subject, action, { groups });
      assert.equal(status, 403);
      assert.deepEqual(subject.items.map(({ result }) => result), ['denied']);
      assert.ok(!subject.calls.some(([name]) => /^(Start|Stop|Reboot)/.test(name)));
    }
  });
}

test('an id that nobody manages is unknown, whether it exists or not', async () => {
  const untagged = { ...instance(), Tags: [] };
  for (const subject of [
    api({ instances: [] }),
    api({ instances: [untagged] }),
    api({ failing: { DescribeInstances: named('InvalidInstanceID.NotFound') } }),
  ]) {
    const { status, body } = await operate(subject, 'start');
    assert.equal(status, 404);
    assert.equal(body.error.code, 'not_found');
    assert.deepEqual(subject.items.map(({ result }) => result), ['unknown']);
  }
  const odd = api();
  assert.equal((await operate(odd, 'start', { path: { id: '../etc'.repeat(40) } })).status, 404);
  assert.equal(odd.items[0].instance.length, 64);
  assert.ok(!odd.calls.some(([name]) => name === 'DescribeInstances'));
});

test('a protected instance stays as it is', async () => {
  const subject = api({ instances: [instance(ID, 'running', { Protected: 'True' })] });
  const { status, body } = await operate(subject, 'stop');
  assert.equal(status, 409);
  assert.equal(body.error.code, 'protected');
  assert.deepEqual(subject.items.map(({ result }) => result), ['protected']);
  assert.ok(!subject.calls.some(([name]) => name === 'StopInstances'));
});

test('what its state does not allow is a conflict', async () => {
  const subject = api({ instances: [instance(ID, 'stopped')] });
  const { status, body } = await operate(subject, 'reboot');
  assert.equal(status, 409);
  assert.equal(body.error.code, 'wrong_state');
  assert.deepEqual(subject.items.map(({ result }) => result), ['conflict']);
});

test('a repeated request overwrites nothing', async () => {
  const subject = api();
  await operate(subject, 'start');
  await operate(subject, 'start');
  assert.equal(subject.items.length, 1);
  assert.ok(subject.lines.some((line) => line.level === 'WARN' && line.auditId === 'r-1'));
});

test('the put is conditional', async () => {
  const subject = api();
  await operate(subject, 'start');
  const [[, put]] = subject.calls.filter(([name]) => name === 'Put');
  assert.equal(put.ConditionExpression, 'attribute_not_exists(id)');
});

test('an action that EC2 refuses is on record as failed', async () => {
  const subject = api({ failing: { StartInstances: named('InsufficientInstanceCapacity') } });
  assert.equal((await operate(subject, 'start')).status, 500);
  assert.deepEqual(subject.items.map(({ result }) => result), ['failed']);
});

test('an item that cannot be written is an error with the item in the log', async () => {
  const subject = api({ failing: { Put: named('ProvisionedThroughputExceededException') } });
  assert.equal((await operate(subject, 'start')).status, 500);
  const lost = subject.lines.find((line) => line.item);
  assert.equal(lost.item.result, 'accepted');
  assert.equal(subject.calls.filter(([name]) => name === 'Put').length, 1);
  assert.ok(subject.metrics().some((line) => line.AuditFailures === 1));
});

test('a flag of the function or of the stage switches an action off', async () => {
  const running = { instances: [instance(ID, 'running')] };
  assert.equal((await operate(api({ ...running, env: { FEATURE_REBOOT: 'false' } }), 'reboot')).status, 403);
  assert.equal((await operate(api(running), 'reboot', { stageVariables: { FEATURE_REBOOT: 'off' } })).status, 403);
  assert.equal((await operate(api(running), 'reboot', { stageVariables: { FEATURE_REBOOT: 'on' } })).status, 202);
});

test('operations staff pause all actions by a parameter', async () => {
  const subject = api({ parameters: { '/ec2-manager/dev/ACTIONS': 'off' } });
  const { status, body } = await operate(subject, 'start');
  assert.equal(status, 503);
  assert.equal(body.error.code, 'paused');
  assert.deepEqual(subject.items.map(({ result }) => result), ['paused']);
  await operate(subject, 'start', { requestId: 'r-2' });
  assert.equal(subject.calls.filter(([name]) => name === 'GetParameter').length, 1);
});

test('a pause that cannot be read is a pause', async () => {
  const subject = api({ failing: { GetParameter: named('AccessDeniedException') } });
  assert.equal((await operate(subject, 'start')).status, 503);
});
