/** What Lambda calls for a request of the API. */

import { createApi } from './app.mjs';
import { createClients } from './clients.mjs';
import { readSettings } from './settings.mjs';

export const handler = createApi({ settings: readSettings(process.env), clients: createClients() });
