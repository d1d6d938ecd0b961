/** Lines of JSON, and metrics embedded in them. */

const LEVELS = { TRACE: 0, DEBUG: 1, INFO: 2, WARN: 3, ERROR: 4, FATAL: 5 };

/**
 * A log for one call. Lambda keeps a line of JSON as it is; `level` and `timestamp` let its own filter read it.
 *
 * @param {object} options
 * @param {string} options.level Least level that is written.
 * @param {Record<string, unknown>} options.fields On every line, the correlation id above all.
 * @param {(line: string) => void} [options.write] Where lines go.
 */
export function createLog({ level, fields, write = (line) => process.stdout.write(`${line}\n`) }) {
  const least = LEVELS[level] ?? LEVELS.INFO;
  const at = (name) => (message, more = {}) => {
    if (LEVELS[name] < least) return;
    write(JSON.stringify({ timestamp: new Date().toISOString(), level: name, message, ...fields, ...more }));
  };
  return {
    debug: at('DEBUG'),
    info: at('INFO'),
    warn: at('WARN'),
    error: at('ERROR'),
    /**
     * Metrics in CloudWatch's embedded format: no call to AWS, and no right to one. Lambda takes a line without a level
     * for INFO, so a function whose `logLevel` is above that counts nothing.
     *
     * @param {string} namespace CloudWatch namespace.
     * @param {Record<string, number>} values Counts by name.
     * @param {Record<string, string>} dimensions Dimensions beside the stage; without any the metric is the stage's.
     */
    metrics(namespace, values, dimensions = {}) {
      const names = ['stage', ...Object.keys(dimensions)];
      const definition = {
        Namespace: namespace,
        Dimensions: [names],
        Metrics: Object.keys(values).map((Name) => ({ Name, Unit: 'Count' })),
      };
      const head = { _aws: { Timestamp: Date.now(), CloudWatchMetrics: [definition] } };
      write(JSON.stringify({ ...head, ...fields, ...dimensions, ...values }));
    },
  };
}
