const ISO = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?(?:Z|\+00:00)?$/;
/** CloudTrail began in 2013. What says it is older, or from the next century, says nothing. */
const EARLIEST = Date.UTC(2013, 0);
const LATEST = Date.UTC(2100, 0);

let lastText = '';
let lastTime: number | null = null;

/** The time a record gives, in ms, to the second; null when it cannot be read. Records of one second come together. */
export function parseTime(text: string): number | null {
  if (text !== lastText) {
    lastTime = read(text);
    lastText = text;
  }
  return lastTime;
}

function read(text: string): number | null {
  const match = ISO.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour, minute, second] = match.map(Number);
  const time = Date.UTC(year ?? 0, (month ?? 0) - 1, day, hour, minute, second);
  return time >= EARLIEST && time < LATEST ? time : null;
}
