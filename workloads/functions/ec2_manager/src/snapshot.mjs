/** What Lambda calls by the schedule. */

import { createClients } from './clients.mjs';
import { readSettings } from './settings.mjs';
import { createSnapshot } from './snapshots.mjs';

export const handler = createSnapshot({ settings: readSettings(process.env), clients: createClients() });
