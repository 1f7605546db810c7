/** The document of our own deny of everything. */
export const DENY_EVERYTHING = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Sid: 'RekeyDenyAll', Effect: 'Deny', Action: '*', Resource: '*' }],
});

/** The document that denies what was issued before; long-term keys have no time of issue and are not touched. */
export function denyBefore(issuedBefore: number): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'RekeyDenySessionsFromBefore',
        Effect: 'Deny',
        Action: '*',
        Resource: '*',
        Condition: {
          DateLessThan: { 'aws:TokenIssueTime': new Date(issuedBefore).toISOString().replace('.000Z', 'Z') },
        },
      },
    ],
  });
}
