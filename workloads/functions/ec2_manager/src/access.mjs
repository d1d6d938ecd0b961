/** Who calls, and what their groups allow. */

import { forbidden, unauthorized } from './errors.mjs';

/** Rights by group; a group has those of the groups before it. */
const GROUPS = ['viewer', 'operator', 'admin'];

/**
 * The caller, from the claims that API Gateway's Cognito authorizer has checked.
 *
 * @param {object} event The request.
 * @throws {HttpError} 401 without claims.
 */
export function callerOf(event) {
  const claims = event.requestContext?.authorizer?.claims;
  if (!claims?.sub) throw unauthorized();
  return { id: claims.sub, name: claims.email ?? claims['cognito:username'] ?? claims.sub, groups: groupsOf(claims) };
}

/** API Gateway writes the list of groups as text, with commas or in brackets with blanks. */
function groupsOf(claims) {
  const given = claims['cognito:groups'] ?? [];
  const words = Array.isArray(given) ? given : String(given).replace(/^\[|\]$/g, '').split(/[\s,]+/);
  return words.filter((word) => GROUPS.includes(word));
}

/**
 * Let pass who belongs to `group` or one above it.
 *
 * @throws {HttpError} 403 for anybody else.
 */
export function requireGroup(caller, group) {
  const highest = Math.max(-1, ...caller.groups.map((name) => GROUPS.indexOf(name)));
  if (highest < GROUPS.indexOf(group)) throw forbidden(`Only members of ${above(group)} may do this`);
}

const above = (group) => GROUPS.slice(GROUPS.indexOf(group)).join(' or ');
