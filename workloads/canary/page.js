/**
 * Opens the site in a browser and asks the API for its health, as a user would. Run by CloudWatch Synthetics.
 *
 * A step that fails, or takes longer than it may, fails the run.
 */
const https = require('https');
const synthetics = require('@aws/synthetics-puppeteer');

const { SITE_URL, HEALTH_PATH, LOAD_MS } = process.env;
/** A browser that starts cold is slower than a user's: the first visit warms it, the second is measured. */
const VISITS = 2;

exports.handler = async () => {
  const page = await synthetics.getPage();
  await synthetics.executeStep('page', async () => {
    let took = 0;
    for (let visit = 0; visit < VISITS; visit += 1) {
      const answer = await page.goto(SITE_URL, { waitUntil: 'load', timeout: 30000 });
      if (!answer || answer.status() !== 200) throw new Error(`${SITE_URL} answered ${answer && answer.status()}`);
      took = await page.evaluate(() => {
        const [navigation] = performance.getEntriesByType('navigation');
        return navigation.loadEventStart - navigation.startTime;
      });
    }
    if (LOAD_MS && took > Number(LOAD_MS)) throw new Error(`The page took ${Math.round(took)} ms, not ${LOAD_MS}`);
  });
  if (HEALTH_PATH) await synthetics.executeStep('health', () => healthy(new URL(HEALTH_PATH, SITE_URL)));
};

function healthy(url) {
  return new Promise((resolve, reject) => {
    const request = https.get(url, { timeout: 10000 }, (answer) => {
      answer.resume();
      if (answer.statusCode === 200) resolve();
      else reject(new Error(`${url} answered ${answer.statusCode}`));
    });
    request.on('timeout', () => request.destroy(new Error(`${url} did not answer`)));
    request.on('error', reject);
  });
}
