/** What the stack told the functions, read once when an instance starts. */

/** Tag by which an instance says that it is managed here; the function's rights stop at it. */
export const MANAGED_TAG = { key: 'ManagedBy', value: 'ec2-manager' };
/** Tag of an instance that nobody may touch through this application. */
export const PROTECTED_TAG = 'Protected';

/**
 * @param {Record<string, string | undefined>} env Environment of the process.
 * @returns Settings, frozen.
 * @throws {Error} A variable that the stack sets is missing.
 */
export function readSettings(env) {
  const required = (name) => {
    if (!env[name]) throw new Error(`${name} is not set`);
    return env[name];
  };
  return Object.freeze({
    system: required('SYSTEM'),
    stage: required('STAGE'),
    table: required('TABLE_AUDIT'),
    version: env.VERSION ?? env.AWS_LAMBDA_FUNCTION_VERSION ?? 'local',
    namespace: env.METRICS_NAMESPACE ?? 'EC2Manager',
    logLevel: env.LOG_LEVEL ?? 'INFO',
    origins: (env.CORS_ORIGINS ?? '').split(',').filter(Boolean),
    parameterPrefix: env.PARAMETER_STORE_PREFIX ?? '',
    features: Object.fromEntries(
      Object.entries(env).flatMap(([key, value]) => (key.startsWith('FEATURE_') ? [[key, isOn(value)]] : [])),
    ),
  });
}

/** Whether a flag is on; one that nobody set is. */
export function isOn(value) {
  return value === undefined || ['on', 'true', '1'].includes(value.toLowerCase());
}
