// What the browser keeps for this page: one small IndexedDB, a value by its name. A place that cannot be used is a note in the
// verdict, not a failure: reads give undefined, writes false.
const NAME = 'sitecert'
const STORE = 'kept'

function asPromise(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
    request.onblocked = () => reject(new Error('blocked'))
  })
}

function open() {
  const request = indexedDB.open(NAME, 1)
  request.onupgradeneeded = () => request.result.createObjectStore(STORE)
  return asPromise(request)
}

export async function readKept(...names) {
  try {
    const store = (await open()).transaction(STORE).objectStore(STORE)
    return await Promise.all(names.map((name) => asPromise(store.get(name))))
  } catch {
    return names.map(() => undefined)
  }
}

// All of the values, or none: true when they are kept. mayReplace: asked, with what is kept, inside the same transaction.
export async function writeKept(values, mayReplace = () => true) {
  try {
    const transaction = (await open()).transaction(STORE, 'readwrite', { durability: 'strict' })
    const store = transaction.objectStore(STORE)
    const done = new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(true)
      transaction.onabort = () => reject(transaction.error)
    })
    const before = await asPromise(store.get('memory'))
    if (mayReplace(before)) for (const [name, value] of Object.entries(values)) store.put(value, name)
    return await done
  } catch {
    return false
  }
}
