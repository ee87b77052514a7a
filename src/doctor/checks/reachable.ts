import { GetBucketLocationCommand } from '@aws-sdk/client-s3';
import { failureOf } from '../../provision/failure.js';
import type { BucketContext } from '../bucket-context.js';
import { amber, green, notChecked, red, type Check, type Finding } from '../finding.js';
import { listExports } from '../object-calls.js';

/** Codes that say that it is not these rights that are missing, but the credentials that are not good. */
const BAD_CREDENTIALS =
  /^(CredentialsProviderError|ExpiredToken|InvalidAccessKeyId|InvalidToken|SignatureDoesNotMatch)$/;

export const reachable: Check = {
  id: 'reachable',
  title: 'reachable',
  run: async (context) => {
    const { failure, tookMs } = await context.head();
    if (failure === undefined) return green(`answers in ${tookMs} ms`);
    const { reason, code } = failureOf(failure);
    if (reason === 'access_denied') return afterRefusal(context, code);
    if (reason === 'missing') {
      return red(
        'there is no such bucket',
        `Check the name, or make it: npm run provision -- --bucket ${context.bucket}`,
      );
    }
    if (reason === 'misconfigured') {
      return red(`the store looks for this bucket elsewhere (${code})`, 'Check region and endpoint.');
    }
    return red(
      `does not answer as it should (${code})`,
      'Check AUDITFORGE_S3_ENDPOINT, AWS_REGION and the network.',
    );
  },
};

/** The service does without HeadBucket, so its refusal alone says little: the refusal of a listing says why. */
async function afterRefusal(context: BucketContext, refusal: string): Promise<Finding> {
  try {
    await listExports(context);
    return green(`answers; HeadBucket itself is not allowed (${refusal}), which the service does without`);
  } catch (error) {
    const { code } = failureOf(error);
    if (!BAD_CREDENTIALS.test(code)) {
      return amber(`answers, but refuses (${code})`, 'The checks below show which rights are missing.');
    }
    return code === 'CredentialsProviderError'
      ? red(
          'no credentials were found',
          'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE, or give the machine a role.',
        )
      : red(
          `the store does not accept these credentials (${code})`,
          'Check key, secret and session token; is it the right store?',
        );
  }
}

export const region: Check = {
  id: 'region',
  title: 'region',
  optional: true,
  permission: 's3:GetBucketLocation',
  run: async (context) => {
    const configured = await context.services.clients.for(context.location).config.region();
    const source = context.location.region === undefined ? 'AWS_REGION' : "the record's source_region";
    const told = (await context.head()).region;
    if (told !== undefined) {
      return told === configured
        ? green(told)
        : red(`the bucket is in ${told}, ${source} says ${configured}`, `Set ${source} to ${told}.`);
    }
    if ((await context.head()).failure !== undefined) return notChecked('needs "reachable"');
    const { LocationConstraint } = await context.call('GetBucketLocation', (client, target, abort) =>
      client.send(new GetBucketLocationCommand(target), abort),
    );
    const location = LocationConstraint === 'EU' ? 'eu-west-1' : LocationConstraint || 'us-east-1';
    if (location === configured) return green(location);
    return amber(
      `the store calls it ${JSON.stringify(location)}, ${source} says ${configured}`,
      'Nothing, if the links below open: stores other than AWS name regions as they like.',
    );
  },
};

export const owner: Check = {
  id: 'owner',
  title: 'owner',
  needs: ['reachable'],
  run: async (context) => {
    const { account } = context.location;
    if (account === undefined) return green('the record names no source_account, so none is required');
    try {
      await listExports(context);
      return green(`account ${account}, as the record says`);
    } catch (error) {
      const { reason, code } = failureOf(error);
      if (reason !== 'access_denied') throw error;
      return red(
        `refused with ${account} as the account that must own it (${code})`,
        'Find out whose bucket this is: it may be that of another account, or the right to list it is missing.',
      );
    }
  },
};
