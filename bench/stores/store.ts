/** Where a store is and who may. */
export interface StoreAccess {
  /** `http://host:port` */
  endpoint: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
}

/** A store that is measured on. */
export interface BenchStore {
  /** With its version, as it stands in the results. */
  label: string;
  access: StoreAccess;
  /** Room of removed objects is only free again after some seconds. */
  freesLater: boolean;
  /** Its content goes with it: nothing has to be removed one by one. */
  temporary: boolean;
  close(): Promise<void>;
}
