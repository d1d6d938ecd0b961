/** The API: routes, who may call them, what they answer, and what is written down of it. */

import { callerOf, requireGroup } from './access.mjs';
import { reachable, readTrail, record } from './audit.mjs';
import { HttpError, forbidden, notFound, unavailable } from './errors.mjs';
import { ACTIONS, act, listInstances } from './instances.mjs';
import { createLog } from './log.mjs';
import { createPause } from './pause.mjs';
import { isOn } from './settings.mjs';

const CORRELATION_ID = /^[A-Za-z0-9_-]{8,64}$/;
/** Characters of an id that a caller made up which the trail keeps. */
const LONGEST_TARGET = 64;
const METRICS = { start: 'InstanceStarts', stop: 'InstanceStops', reboot: 'InstanceReboots' };
/** What the audit item says of a call that was refused, by the code of the error. */
const RESULTS = {
  forbidden: 'denied',
  not_found: 'unknown',
  paused: 'paused',
  protected: 'protected',
  wrong_state: 'conflict',
};

/**
 * The handler of API Gateway's requests.
 *
 * @param {object} parts
 * @param {ReturnType<import('./settings.mjs').readSettings>} parts.settings
 * @param {{ec2: object, documents: object, ssm: object}} parts.clients
 * @param {() => Date} [parts.clock]
 * @param {(line: string) => void} [parts.write] Where log lines go.
 */
export function createApi({ settings, clients, clock = () => new Date(), write }) {
  const { ec2, documents } = clients;
  const allowed = createPause(clients.ssm, settings.parameterPrefix);

  const routes = {
    'GET /api/health': { handle: health },
    'GET /api/instances': { group: 'viewer', handle: ({ query }) => listInstances(ec2, query).then(ok) },
    'GET /api/audit': {
      group: 'admin',
      handle: ({ query }) => readTrail(documents, settings.table, query, clock()).then(ok),
    },
  };
  for (const action of Object.keys(ACTIONS)) {
    routes[`POST /api/instances/{id}/${action}`] = {
      // The group is checked where the call is written down: a refused attempt is part of the trail.
      handle: (request) => operate(action, request),
    };
  }

  async function health() {
    try {
      await reachable(documents, settings.table);
    } catch {
      return { status: 503, body: state('degraded', 'error') };
    }
    return ok(state('ok', 'ok'));
  }

  const state = (status, dynamodb) => ({
    status,
    system: settings.system,
    stage: settings.stage,
    version: settings.version,
    checks: { dynamodb },
  });

  async function operate(action, request) {
    const { id, caller, log } = request;
    const item = {
      id: request.requestId,
      timestamp: request.time,
      user: caller.name,
      userId: caller.id,
      action,
      target: String(id).slice(0, LONGEST_TARGET),
      correlationId: request.correlationId,
    };
    try {
      requireGroup(caller, 'operator');
      requireFeature(action, request.stageVariables);
      if (!(await allowed(log, clock().getTime()))) {
        throw unavailable('paused', 'Actions are paused by operations staff');
      }
      const states = await act(ec2, action, id);
      await writeDown({ ...item, ...states, result: 'accepted' });
      log.metrics(settings.namespace, { [METRICS[action]]: 1 });
      return { status: 202, body: { requestId: request.requestId, instanceId: id, action, ...states } };
    } catch (error) {
      if (error.written !== false) await writeDown({ ...item, result: RESULTS[error.code] ?? 'failed' });
      log.metrics(settings.namespace, { OperationErrors: 1 }, { operation: action });
      throw error;
    }

    /** CloudTrail knows of the action too; the line lets the item be made up for. */
    async function writeDown(entry) {
      try {
        const added = await record(documents, settings.table, entry);
        if (!added) log.warn('This request is in the audit trail already', { auditId: entry.id });
      } catch (error) {
        log.error('The audit item could not be written', { error: error.name, item: entry });
        log.metrics(settings.namespace, { AuditFailures: 1 });
        throw Object.assign(error, { written: false });
      }
    }
  }

  function requireFeature(action, stageVariables) {
    const flag = `FEATURE_${action.toUpperCase()}`;
    if (settings.features[flag] === false || !isOn(stageVariables[flag])) {
      throw forbidden(`The action ${action} is switched off in this stage`);
    }
  }

  /** @param {object} event A request of the REST API, as its Lambda proxy integration passes it on. */
  return async function handler(event) {
    const context = event.requestContext ?? {};
    const headers = Object.fromEntries(Object.entries(event.headers ?? {}).map(([key, value]) => [key.toLowerCase(), value]));
    const given = headers['x-correlation-id'] ?? '';
    const correlationId = CORRELATION_ID.test(given) ? given : context.requestId;
    const endpoint = `${event.httpMethod} ${event.resource}`;
    const log = createLog({
      level: settings.logLevel,
      fields: { correlationId, requestId: context.requestId, stage: settings.stage },
      write,
    });
    const started = clock();
    let answer;
    try {
      const route = routes[endpoint];
      if (!route) throw notFound(`There is no ${event.httpMethod} ${event.path}`);
      const caller = route === routes['GET /api/health'] ? null : callerOf(event);
      if (route.group) requireGroup(caller, route.group);
      answer = await route.handle({
        id: event.pathParameters?.id,
        query: event.queryStringParameters ?? {},
        stageVariables: event.stageVariables ?? {},
        requestId: context.requestId,
        // The time of the request, not of the attempt: a repeated event is the same item.
        time: new Date(context.requestTimeEpoch ?? started).toISOString(),
        correlationId,
        caller,
        log,
      });
    } catch (error) {
      answer = refuse(error, log, correlationId, endpoint);
    }
    const ms = clock() - started;
    log.metrics(settings.namespace, { Requests: 1 }, { endpoint: routes[endpoint] ? endpoint : 'unknown' });
    log.info('request', { endpoint, status: answer.status, ms });
    return respond(answer, correlationId, headers.origin);
  };

  function refuse(error, log, correlationId, endpoint) {
    const known = error instanceof HttpError;
    const { status, code, message } = known ? error : { status: 500, code: 'internal', message: 'Something went wrong' };
    if (status === 401 || status === 403) {
      log.warn('auth_failure', { event: 'auth_failure', endpoint, code });
      log.metrics(settings.namespace, { AuthFailures: 1 });
    } else if (!known) {
      log.error('unexpected', { error: error.name, reason: error.message, stack: error.stack });
    }
    return { status, body: { error: { code, message, correlationId } } };
  }

  function respond({ status, body }, correlationId, origin) {
    const named = settings.origins.includes(origin) ? { 'Access-Control-Allow-Origin': origin } : {};
    return {
      statusCode: status,
      headers: {
        'Content-Type': 'application/json',
        'Cache-Control': 'no-store',
        'X-Correlation-Id': correlationId,
        Vary: 'Origin',
        ...named,
      },
      body: JSON.stringify(body),
    };
  }
}

const ok = (body) => ({ status: 200, body });
