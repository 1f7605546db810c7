import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FaultEffect } from '../../sandbox/aws/faults.ts';
import { verifyAccessKey } from '../../src/verification/verify-access-key.ts';
import { candidateOf, openBench, patient } from './bench.ts';
import type { Bench } from './bench.ts';

const KEY = {
  accessKeyId: 'AKIARZPUZDIKDUIDT77F',
  secretAccessKey: 'CanarySecret/CanarySecret+CanarySecret01',
};

async function listening(server: Server): Promise<{ port: number } & AsyncDisposable> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Checks a key that can never be judged, and holds the outcome to hiding the secret. */
async function check(bench: Bench, more: Parameters<typeof candidateOf>[1] = {}) {
  const verdict = await verifyAccessKey(bench, candidateOf(KEY, more), patient);
  expect(JSON.stringify([verdict, bench.log.lines])).not.toContain(KEY.secretAccessKey);
  expect(bench.log.lines.length).toBeGreaterThan(0);
  return verdict;
}

function addKnownKey(bench: Bench) {
  const account = bench.standIn.world.addAccount();
  return account.addUser('ann', { attached: ['AdministratorAccess'] }).addKey();
}

describe('trouble is never taken for a bad key', () => {
  it.each<[string, FaultEffect, string]>([
    ['throttled', { kind: 'throttle' }, 'throttled'],
    ['failing', { kind: 'service-failure' }, 'aws_down'],
    ['hanging', { kind: 'hang' }, 'aws_down'],
    ['dropping connections', { kind: 'drop-before' }, 'aws_down'],
    ['a page of a proxy', { kind: 'proxy-page' }, 'proxy_trouble'],
    ['a friendly page of a portal', { kind: 'proxy-page', status: 200 }, 'proxy_trouble'],
    ['a proxy that wants a password', { kind: 'proxy-page', status: 407 }, 'proxy_trouble'],
    ['an error nobody knows', { kind: 'error', code: 'Surprise', status: 400, message: 'boo' }, 'unexpected'],
  ])('%s', async (_name, effect, code) => {
    await using bench = await openBench({ requestMs: 150 });
    bench.standIn.faults.add({ action: 'GetCallerIdentity', effect });
    expect(await check(bench)).toMatchObject({ status: 'unknown', diagnosis: { code } });
  });

  it('busy for a moment is no trouble', async () => {
    await using bench = await openBench();
    const key = addKnownKey(bench);
    bench.standIn.faults.add({ action: 'GetCallerIdentity', times: 2, effect: { kind: 'throttle' } });
    const verdict = await verifyAccessKey(bench, candidateOf(key), patient);
    expect(verdict.status).toBe('verified');
    expect(bench.clock.slept).toEqual([1_000, 3_000]);
  });

  it.each([
    [600_000, /10 minutes ahead/],
    [-600_000, /10 minutes behind/],
  ])('a clock off by %d ms', async (skewMs, words) => {
    await using bench = await openBench({ skewMs });
    const verdict = await verifyAccessKey(bench, candidateOf(addKnownKey(bench)), patient);
    expect(verdict).toMatchObject({
      status: 'unknown',
      diagnosis: { code: 'clock_off', what: expect.stringMatching(words) },
    });
  });

  it('a region that is none', async () => {
    await using bench = await openBench();
    const verdict = await verifyAccessKey(
      bench,
      candidateOf(addKnownKey(bench), { region: 'eu-moon-1' }),
      patient,
    );
    expect(verdict).toMatchObject({ status: 'unknown', diagnosis: { code: 'region_wrong' } });
  });

  it('no route', async () => {
    await using bench = await openBench({ env: { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' } });
    expect(await check(bench)).toMatchObject({
      status: 'unknown',
      diagnosis: { code: 'no_route', why: expect.stringContaining('ECONNREFUSED') },
    });
    await using named = await openBench({ env: { AWS_ENDPOINT_URL: 'http://nowhere.invalid' } });
    expect(await check(named)).toMatchObject({ status: 'unknown', diagnosis: { code: 'no_route' } });
  });

  it('a way to STS but none to IAM', async () => {
    await using bench = await openBench({ env: { AWS_ENDPOINT_URL_IAM: 'http://127.0.0.1:1' } });
    const verdict = await verifyAccessKey(bench, candidateOf(addKnownKey(bench)), patient);
    expect(verdict).toMatchObject({ status: 'unknown', diagnosis: { code: 'no_route' } });
  });

  it('a proxy that refuses, and one that is not there', async () => {
    const proxy = createHttp();
    const asked: string[] = [];
    proxy.on('connect', (request, socket) => {
      asked.push(request.url ?? '');
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    });
    await using refusing = await listening(proxy);
    const env = { AWS_ENDPOINT_URL: 'https://sts.us-east-1.amazonaws.com' };
    await using bench = await openBench({
      env: { ...env, HTTPS_PROXY: `http://user:proxy-password@127.0.0.1:${refusing.port}` },
    });
    const verdict = await check(bench);
    expect(verdict).toMatchObject({
      status: 'unknown',
      diagnosis: { code: 'proxy_trouble', why: expect.stringContaining('HTTP 403') },
    });
    expect(asked[0]).toBe('sts.us-east-1.amazonaws.com:443');
    expect(JSON.stringify([verdict, bench.log.lines])).not.toContain('proxy-password');

    await using dead = await openBench({ env: { ...env, HTTPS_PROXY: 'http://127.0.0.1:1' } });
    expect(await check(dead)).toMatchObject({ status: 'unknown', diagnosis: { code: 'proxy_trouble' } });
  });

  it('a proxy is left out where NO_PROXY says so', async () => {
    await using bench = await openBench({ env: { HTTP_PROXY: 'http://127.0.0.1:1', NO_PROXY: '127.0.0.1' } });
    const verdict = await verifyAccessKey(bench, candidateOf(addKnownKey(bench)), patient);
    expect(verdict.status).toBe('verified');
  });

  it('a certificate nobody signed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rekey-tls-'));
    try {
      const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
      const subject = ['-subj', '/CN=127.0.0.1', '-days', '2', '-nodes'];
      execFileSync(
        'openssl',
        [
          'req',
          '-x509',
          '-newkey',
          'ec',
          '-pkeyopt',
          'ec_paramgen_curve:prime256v1',
          '-keyout',
          keyFile,
          '-out',
          certFile,
          ...subject,
        ],
        { stdio: 'ignore' },
      );
      await using server = await listening(
        createHttps({ key: readFileSync(keyFile), cert: readFileSync(certFile) }),
      );
      await using bench = await openBench({ env: { AWS_ENDPOINT_URL: `https://127.0.0.1:${server.port}` } });
      expect(await check(bench)).toMatchObject({ status: 'unknown', diagnosis: { code: 'tls_trouble' } });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('an answer that only looks like one', async () => {
    const server = createHttp((_, response) => {
      response.setHeader('content-type', 'text/xml').end('<Hello/>');
    });
    await using imposter = await listening(server);
    await using bench = await openBench({ env: { AWS_ENDPOINT_URL: `http://127.0.0.1:${imposter.port}` } });
    expect(await check(bench)).toMatchObject({ status: 'unknown', diagnosis: { code: 'proxy_trouble' } });
  });
});

describe('limits', () => {
  it('a deadline makes it unknown, also for a key that may yet appear', async () => {
    await using bench = await openBench();
    const verdict = await check(bench, { deadlineMs: 4_000 });
    expect(verdict).toMatchObject({ status: 'unknown', diagnosis: { code: 'key_not_active' } });
  });

  it('the caller may stop it', async () => {
    await using bench = await openBench();
    bench.standIn.faults.add({ effect: { kind: 'hang' } });
    const stop = new AbortController();
    const verdict = verifyAccessKey(bench, candidateOf(KEY), stop.signal);
    setTimeout(() => stop.abort(new Error('stopping')), 50);
    await expect(verdict).rejects.toThrow('stopping');
  });
});
