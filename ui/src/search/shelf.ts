/** What the phone keeps for itself: letters not sent, photographs, the path walked, the last plan. Nothing of it is lost on a reload. */

export const STORES = ["letters", "photos", "points", "kept"] as const;
export type Store = (typeof STORES)[number];
export interface Item {
  id: string;
}
/** A place to keep things by their id; `all` gives them in the order of their ids. */
export interface Shelf {
  /** False if what is kept is gone when the page is closed. */
  readonly isLasting: boolean;
  all<T extends Item>(store: Store): Promise<T[]>;
  get<T extends Item>(store: Store, id: string): Promise<T | undefined>;
  put(store: Store, item: Item): Promise<void>;
  remove(store: Store, id: string): Promise<void>;
  clear(store: Store): Promise<void>;
}

/** The twin without a browser; also what is left where a browser keeps nothing. */
export class MemoryShelf implements Shelf {
  readonly isLasting = false;
  private readonly items: Record<Store, Map<string, Item>> = { letters: new Map(), photos: new Map(), points: new Map(), kept: new Map() };

  async all<T extends Item>(store: Store): Promise<T[]> {
    return [...this.items[store].values()].sort((a, b) => (a.id < b.id ? -1 : 1)).map((item) => structuredClone(item) as T);
  }

  async get<T extends Item>(store: Store, id: string): Promise<T | undefined> {
    return structuredClone(this.items[store].get(id)) as T | undefined;
  }

  async put(store: Store, item: Item): Promise<void> {
    this.items[store].set(item.id, structuredClone(item));
  }

  async remove(store: Store, id: string): Promise<void> {
    this.items[store].delete(id);
  }

  async clear(store: Store): Promise<void> {
    this.items[store].clear();
  }
}

const answerTo = <T>(request: IDBRequest<T>): Promise<T> => new Promise((done, fail) => {
  request.onsuccess = () => done(request.result);
  request.onerror = () => fail(request.error ?? new Error("The browser's store did not answer."));
});

class BrowserShelf implements Shelf {
  readonly isLasting = true;

  constructor(private readonly db: IDBDatabase) {}

  all<T extends Item>(store: Store): Promise<T[]> {
    return answerTo(this.open(store, "readonly").getAll() as IDBRequest<T[]>);
  }

  get<T extends Item>(store: Store, id: string): Promise<T | undefined> {
    return answerTo(this.open(store, "readonly").get(id) as IDBRequest<T | undefined>);
  }

  async put(store: Store, item: Item): Promise<void> {
    await this.change(store, (objects) => objects.put(item));
  }

  async remove(store: Store, id: string): Promise<void> {
    await this.change(store, (objects) => objects.delete(id));
  }

  async clear(store: Store): Promise<void> {
    await this.change(store, (objects) => objects.clear());
  }

  private open(store: Store, mode: IDBTransactionMode): IDBObjectStore {
    return this.db.transaction(store, mode).objectStore(store);
  }

  /** Done only when it is on the disk: what was said to be kept must be. */
  private change(store: Store, act: (objects: IDBObjectStore) => IDBRequest): Promise<void> {
    const transaction = this.db.transaction(store, "readwrite", { durability: "strict" });
    act(transaction.objectStore(store));
    return new Promise((done, fail) => {
      transaction.oncomplete = () => done();
      transaction.onabort = transaction.onerror = () => fail(transaction.error ?? new Error("The browser's store is full."));
    });
  }
}

/** Return the browser's own store, or one in memory where there is none. */
export async function openShelf(name = "sargas.search"): Promise<Shelf> {
  try {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => {
      for (const store of STORES) request.result.createObjectStore(store, { keyPath: "id" });
    };
    const db = await answerTo(request);
    void navigator.storage?.persist?.().catch(() => false);
    return new BrowserShelf(db);
  } catch {
    return new MemoryShelf();
  }
}
