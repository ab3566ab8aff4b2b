import { describe, expect, it } from 'vitest';
import { withoutCredentials } from '../../src/core/without-credentials.js';

describe('withoutCredentials', () => {
  it.each([
    ['redis://user:secret@host:6379/0', 'redis://host:6379/0'],
    ['rediss://:p@ss:w@rd@host:6379', 'rediss://host:6379'],
    ['REDIS://user@host', 'REDIS://host'],
    ['s3://AKIA:key@bucket/prefix', 's3://bucket/prefix'],
    [
      'https://host/x?X-Amz-Credential=AKIA%2F2&a=1&X-Amz-Signature=ab#f',
      'https://host/x?X-Amz-Credential=…&a=1&X-Amz-Signature=…#f',
    ],
    ['redis://host?password=hunter2', 'redis://host?password=…'],
    [
      'connect to redis://a:b@one and redis://c:d@two failed',
      'connect to redis://one and redis://two failed',
    ],
  ])('strips %s', (text, expected) => expect(withoutCredentials(text)).toBe(expected));

  it.each(['redis://host:6379', 's3://bucket/a@b', '/data/blobs', 'mail a@b', 'https://host/?keys=3'])(
    'leaves %s as it is',
    (text) => expect(withoutCredentials(text)).toBe(text),
  );

  it('takes linear time on hostile text', () => {
    const start = performance.now();
    withoutCredentials('a://' + 'b:'.repeat(200_000));
    withoutCredentials('?' + 'token'.repeat(50_000));
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
