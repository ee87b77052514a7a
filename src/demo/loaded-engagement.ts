/** An engagement that the demo's store holds. */
export interface LoadedEngagement {
  id: string;
  shards: number;
  /** As they are stored. */
  bytes: number;
  /** Unknown of shards that came from a folder: the demo does not read them. */
  events?: number;
  folder?: string;
  /** What the folder holds besides shards. */
  leftOut?: string[];
}
