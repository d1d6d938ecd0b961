/** Errors that callers see. Everything else becomes a 500 that tells nothing of its cause. */
export class HttpError extends Error {
  /**
   * @param {number} status HTTP status.
   * @param {string} code Word that programs read.
   * @param {string} message Sentence that people read.
   */
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export const unauthorized = () => new HttpError(401, 'unauthorized', 'Sign in first');
export const forbidden = (message) => new HttpError(403, 'forbidden', message);
export const notFound = (message) => new HttpError(404, 'not_found', message);
export const conflict = (code, message) => new HttpError(409, code, message);
export const badRequest = (message) => new HttpError(400, 'bad_request', message);
export const unavailable = (code, message) => new HttpError(503, code, message);
