/** An object of S3. */
export interface StoredObject {
  readonly body: Buffer;
  /** The customer's own key it is encrypted with, or null. */
  readonly kmsKeyArn: string | null;
}

/** A bucket: its name is its own in the whole partition. */
export class StoredBucket {
  readonly name: string;
  readonly accountId: string;
  readonly region: string;
  readonly kmsKeyArn: string | null;
  readonly objects = new Map<string, StoredObject>();

  constructor(given: { name: string; accountId: string; region: string; kmsKeyArn: string | null }) {
    this.name = given.name;
    this.accountId = given.accountId;
    this.region = given.region;
    this.kmsKeyArn = given.kmsKeyArn;
  }

  put(key: string, body: Buffer): void {
    this.objects.set(key, { body, kmsKeyArn: this.kmsKeyArn });
  }
}
