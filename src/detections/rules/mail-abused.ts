import { trifle } from '../at-home.ts';
import { call, history } from '../example.ts';
import { DAY, HOUR } from '../profile.ts';
import type { Rule } from '../rule.ts';
import { asksForMail } from '../support-case.ts';
import { words } from '../words.ts';

const MAIL = ['ses:SendEmail', 'ses:SendRawEmail', 'ses:SendBulkEmail'];
const FAMILIAR = 3;
/** Hardly any program asks about text messages. */
const MESSAGES = /^sms-voice:|^sns:(?:GetSMS|ListSMS|ListOrigination)/;

/** Mail or text messages prepared for sending. */
export const mailAbused: Rule = {
  id: 'mail-abused',
  title: 'Mail or text messages prepared for sending',
  family: 'shape over time',
  severity: 'medium',
  technique: 'T1496',
  whatToDo:
    'Deactivate the key: thieves look how much mail an account may send, then send spam under its name.',
  falseAlarms: "Monitoring of one's own sending quota; it is known by its habit.",
  actions: words(`
    ses:GetSendQuota ses:GetSendStatistics ses:ListIdentities ses:ListEmailIdentities ses:GetAccount
    ses:GetAccountSendingEnabled ses:GetIdentityVerificationAttributes
    ses:ListVerifiedEmailAddresses ses:UpdateAccountSendingEnabled ses:PutAccountSendingAttributes
    ses:PutAccountDetails ses:VerifyEmailIdentity ses:VerifyDomainIdentity ses:CreateEmailIdentity
    ses:DeleteIdentity ses:DeleteEmailIdentity sns:GetSMSAttributes sns:GetSMSSandboxAccountStatus
    sns:SetSMSAttributes sns:CreateSMSSandboxPhoneNumber sns:ListSMSSandboxPhoneNumbers
    sms-voice:DescribeSpendLimits sms-voice:DescribeAccountAttributes support:CreateCase
    sns:ListOriginationNumbers sns:OptInPhoneNumber sns:CreatePlatformApplication
    sms-voice:RequestPhoneNumber sms-voice:SendTextMessage mobiletargeting:CreateApp
    mobiletargeting:UpdateSmsChannel mobiletargeting:SendMessages workmail:CreateOrganization
    workmail:CreateUser workmail:RegisterToWorkMail connect:CreateInstance connect:ClaimPhoneNumber
    ses:UpdateConfigurationSetSendingEnabled ses:CreateReceiptRule
    sms-voice:SetTextMessageSpendLimitOverride sms-voice:SetVoiceMessageSpendLimitOverride
    sms-voice:SendVoiceMessage chime:CreatePhoneNumberOrder connect:StartOutboundVoiceContact`),
  // Numbers, pools and limits, whatever the call of the day is named.
  matches: /^sms-voice:(?:Describe|List)[A-Z]\w+$/,
  quietFor: 7 * DAY,
  judge(event, about) {
    const { name } = event.call;
    const { recent } = about.profile;
    const isChange = !event.call.isRead;
    // A case for more mail or messages; others are no matter of mail.
    if (name === 'CreateCase' && !asksForMail(event)) return null;
    // Who sends mail looks at how much is left.
    if (!isChange && MAIL.some((action) => about.profile.tables.actions.count(action) >= FAMILIAR))
      return null;
    recent.note('mail', name, about.now, about.now);
    const looked = recent.since('mail', about.now - HOUR).length;
    if (!isChange && looked < 2)
      return {
        severity: MESSAGES.test(event.call.action) ? trifle(event, about) : 'low',
        facts: { call: name },
        of: 'look',
      };
    const isGrave = isChange
      ? /SendingEnabled|SendingAttributes|AccountDetails|Sandbox|SMSAttributes|Identity$|EmailIdentity|DomainIdentity|CreateCase|PhoneNumber|CreateOrganization|SmsChannel|PlatformApplication|CreateInstance|SendMessages|SendTextMessage|WorkMail|CreateUser|ReceiptRule|SpendLimit|SendVoice|OutboundVoice/.test(
          name,
        )
      : true;
    return {
      severity: isGrave ? 'medium' : 'low',
      facts: { calls: looked, last: name },
      of: isChange ? name : 'looks',
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'how much may be sent, and as whom',
        records: [call('ses:GetSendQuota'), call('ses:ListIdentities', { minute: 1 })],
      },
      {
        why: 'sending is switched on',
        records: [
          call('ses:UpdateAccountSendingEnabled', { asked: { enabled: true }, error: 'AccessDenied' }),
        ],
      },
      {
        why: 'AWS is asked to let more mail out',
        records: [
          call('support:CreateCase', {
            asked: { serviceCode: 'service-limit-increase-ses-sending-limits', severityCode: 'low' },
          }),
        ],
      },
    ],
    quiet: [
      {
        why: 'AWS is asked about a database',
        records: [call('support:CreateCase', { asked: { serviceCode: 'amazon-rds', severityCode: 'low' } })],
      },
      { why: 'mail is sent', records: [call('ses:SendEmail')] },
      {
        why: 'monitoring, every day',
        learned: history(9, [
          'ses:GetSendQuota',
          'ses:GetSendStatistics',
          'ses:GetSendQuota',
          'ses:GetSendStatistics',
          'ses:GetSendQuota',
        ]),
        records: [call('ses:GetSendQuota')],
      },
    ],
  }),
};
