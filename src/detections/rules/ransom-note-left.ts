import { call } from '../example.ts';
import { textAt } from '../json.ts';
import type { Rule } from '../rule.ts';

const NOTE =
  /(?:^|\/)[^/]*(?:ransom|how[ _-]?to[ _-]?(?:recover|decrypt|restore|get)|(?:recover|decrypt|restore|unlock)[ _-]?(?:your|my|files|data|instructions)|files?[ _-]?(?:are[ _-]?)?(?:encrypted|locked)|read[ _-]?me[ _-]?(?:to|for|now|please)?[ _-]?(?:decrypt|recover|restore|ransom)|warning[ _-]?bitcoin|pay[ _-]?(?:bitcoin|btc))[^/]*$/i;

/** A file named like a ransom note. */
export const ransomNoteLeft: Rule = {
  id: 'ransom-note-left',
  title: 'A file named like a ransom note',
  family: 'bad on any key',
  severity: 'high',
  technique: 'T1486',
  whatToDo: 'Contain the key, keep everything as it is, and call your incident response.',
  falseAlarms: 'A text about ransomware with such a name.',
  actions: ['s3:PutObject'],
  judge(event) {
    const key = textAt(event.asked, 'key');
    if (key === null || !NOTE.test(key)) return null;
    return {
      facts: { bucket: textAt(event.asked, 'bucketName'), key },
      of: textAt(event.asked, 'bucketName'),
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'a note',
        records: [call('s3:PutObject', { asked: { bucketName: 'b', key: 'HOW_TO_RECOVER_YOUR_FILES.txt' } })],
      },
    ],
    quiet: [
      {
        why: 'a manual',
        records: [call('s3:PutObject', { asked: { bucketName: 'b', key: 'docs/README.txt' } })],
      },
    ],
  }),
};
