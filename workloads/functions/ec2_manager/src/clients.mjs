/** Clients of AWS, made once for an instance. The SDK is the one that Lambda's runtime ships. */

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { SSMClient } from '@aws-sdk/client-ssm';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** An answer must reach the caller before the function's own timeout does. */
const LIMITS = { maxAttempts: 3, requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000 } };

export function createClients() {
  return {
    ec2: new EC2Client(LIMITS),
    ssm: new SSMClient(LIMITS),
    documents: DynamoDBDocumentClient.from(new DynamoDBClient(LIMITS), {
      marshallOptions: { removeUndefinedValues: true },
    }),
  };
}
