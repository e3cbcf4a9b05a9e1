// Keeps the page and its scripts, so that it opens with no network. What it judges by is not here: the page keeps that itself.
// The build fills in the files and a version that changes with any of them.
const VERSION = '@WEB_VERSION@'
const FILES = '@WEB_FILES@'.split(' ').map((name) => `/web/${name}`)
const PAGES = ['/?lang=zh', '/?lang=en', '/?lang=zh&large=1', '/?lang=en&large=1']
const CACHE = `page-${VERSION}`
const WAIT_MS = 4000

async function install() {
  const cache = await caches.open(CACHE)
  await cache.addAll([...PAGES, ...FILES].map((path) => new Request(path, { cache: 'reload' })))
  await self.skipWaiting()
}

async function activate() {
  for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name)
  await self.clients.claim()
}

// Which of the kept pages stands for this address.
function pageFor(url) {
  const asked = url.searchParams.get('lang')
  const isEnglish = asked ? asked === 'en' : !/^zh/i.test(self.navigator.language || 'zh')
  return `/?lang=${isEnglish ? 'en' : 'zh'}${url.searchParams.get('large') === '1' ? '&large=1' : ''}`
}

function withinTime(promise) {
  return Promise.race([promise, new Promise((_, reject) => setTimeout(() => reject(new Error('no answer')), WAIT_MS))])
}

// The endpoint's page while it answers, which is kept from then on; else the one that was kept.
async function openPage(request, url) {
  const cache = await caches.open(CACHE)
  try {
    const answer = await withinTime(fetch(request))
    if (answer.ok && url.pathname === '/') await cache.put(pageFor(url), answer.clone())
    return answer
  } catch (e) {
    const kept = await cache.match(pageFor(url))
    if (!kept) throw e
    return kept
  }
}

async function openFile(request) {
  return (await (await caches.open(CACHE)).match(request)) ?? fetch(request)
}

addEventListener('install', (event) => event.waitUntil(install()))
addEventListener('activate', (event) => event.waitUntil(activate()))
addEventListener('fetch', (event) => {
  const url = new URL(event.request.url)
  if (event.request.method !== 'GET' || url.origin !== location.origin) return
  if (event.request.mode === 'navigate' && (url.pathname === '/' || /^\/v\/[0-9]+$/i.test(url.pathname))) event.respondWith(openPage(event.request, url))
  else if (url.pathname.startsWith('/web/')) event.respondWith(openFile(event.request))
})
