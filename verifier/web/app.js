// The page at work: what the endpoint's page does by its forms is done here on the device, as far as its data go; the
// endpoint is asked for what they do not reach. Without this script the forms work as they stand.
import { startCamera } from './camera.js'
import { check } from './device.js'
import { isFresh, nowSeconds, openKept, refresh } from './keep.js'
import { timeText } from './dates.js'
import { isPdf, tokenOfPdf } from './pdf.js'
import { qrReader } from './qr-reader.js'
import { Refused } from './refused.js'
import { readQrText } from './digits.js'
import { element, verdictElements } from './show.js'
import { STAPLE_GOOD_S, isStapleText } from './staple.js'
import { withWords } from './verdict.js'
import { age, lang, say } from './words.js'

const main = document.getElementById('main')
const MORE_MAY_BE_KNOWN = ['newer_than_list', 'status_stale', 'trust_stale', 'status_missing', 'unknown_key', 'block_damaged', 'unknown_issuer', 'self_test', 'cut_off_unproven']

let device // of keep.js; undefined: nothing is kept
let opening // settles when it was looked for
let camera
let certificate // the text of the code that was judged last; undefined: it was no code
let waiting // a live code that was seen before its certificate
let wantsLive = false // the camera was opened for a live code
let expiry // of the live code by which the verdict stands that is shown

// --- what stands on the page ---

const ui = {
  video: element('video', { muted: '', playsinline: '', 'aria-label': say('camera'), hidden: '' }),
  toggle: element('button', { type: 'button', id: 'camera' }, say('start')),
  said: element('p', { role: 'status', id: 'said' }),
  data: element('p', { id: 'data-age' }),
  offline: element('p', { class: 'help', id: 'offline' }),
  update: element('button', { type: 'button', id: 'update' }, say('dataUpdate')),
  live: element('button', { type: 'button', id: 'live' }, say('liveScan')),
  result: element('div', { id: 'result', role: 'region', 'aria-live': 'polite', 'aria-label': say('result') }),
}
ui.video.muted = true

function tell(key) {
  ui.said.textContent = key ? say(key) : ''
}

function setUp() {
  const scan = element('section', { 'aria-labelledby': 'scan' },
    element('h2', { id: 'scan' }, say('scan')), element('p', { class: 'help' }, say('scanHelp')),
    ui.video, ui.toggle, element('p', { class: 'help' }, say('drop')), ui.said)
  const data = element('section', { 'aria-labelledby': 'data' }, element('h2', { id: 'data' }, say('data')), ui.data, ui.offline, ui.update)
  const title = main.querySelector('h1')
  if (title) title.after(ui.result, scan)
  else main.prepend(ui.result, scan)
  main.append(data)
}

function showData() {
  const header = device?.bundle?.header
  ui.data.textContent = header
    ? `${say('dataAsOf')} ${timeText(header.issued).slice(0, 16).replace('T', ' ')} · ${age(nowSeconds() - header.issued)}`
    : say('dataNone')
  ui.data.classList.toggle('compare', Boolean(header) && !isRecent(header))
}

const isRecent = ({ sets }) => sets.every(({ exp }) => nowSeconds() <= exp)

// --- verdicts ---

function show(verdict, by, more) {
  stopCamera()
  tell()
  clearTimeout(expiry)
  ui.result.replaceChildren(...verdictElements(verdict, by, nowSeconds(), more))
  if (verdict.authentic && certificate) ui.result.append(ui.live)
  document.getElementById('verdict').focus()
}

const inWords = (verdict) => withWords(verdict, lang)

// live: the text of a live code; undefined: none was seen. Gives undefined: no answer.
async function askServer(text, live) {
  try {
    const answer = await fetch(`/api/verify?lang=${lang}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json', 'Accept-Language': lang },
      body: JSON.stringify({ token: text, staple: live }),
      cache: 'no-store',
    })
    return answer.ok ? await answer.json() : undefined
  } catch {
    return undefined
  }
}

const canKnowMore = (v) => v.problems.some(({ code }) => MORE_MAY_BE_KNOWN.includes(code))

// The device's own verdict at once; where newer data could say more, the endpoint's instead, when it answers.
async function judgePair(text, live) {
  await opening
  const own = device && inWords(await check(device, text, nowSeconds(), live))
  const theirs = !own || canKnowMore(own) ? await askServer(text, live) : undefined
  if (!own && !theirs) return tell(navigator.onLine ? 'serverFailed' : 'needNetwork')
  certificate = text
  const verdict = theirs ?? own
  show(verdict, theirs ? 'byServer' : 'byDevice', whyNotLive(verdict))
  if (verdict.status_from === 'staple') expiry = setTimeout(() => judgePair(text, live), (STAPLE_GOOD_S + 1 - verdict.age_seconds) * 1000)
}

// Whoever shows a live code that does not hold is to be asked about it first.
function whyNotLive({ problems }) {
  return problems.filter(({ code }) => code.startsWith('staple_')).map(({ text }) => text)
}

// A certificate's code, or the live code beside it, in any order.
async function judgeText(text) {
  if (!(await isStapleText(text))) {
    const live = waiting
    waiting = undefined
    return judgePair(text, live)
  }
  if (certificate) return judgePair(certificate, text)
  waiting = text
  return tell('liveFirst')
}

async function judgeBytes(bytes, more) {
  await opening
  if (!device) return tell('needNetwork')
  certificate = undefined
  show(inWords(await check(device, bytes, nowSeconds())), 'byDevice', more)
}

// --- camera ---

function stopCamera() {
  camera?.stop()
  camera = undefined
  wantsLive = false
  ui.video.hidden = true
  ui.toggle.textContent = say('start')
}

// True: enough. A code of somebody else's is not opened, not even shown as a link: looking goes on.
async function takeText(text) {
  if (!looksLikeOurs(text)) return goOnLooking('notOurs')
  if (wantsLive) {
    if (text === certificate) return false
  } else if (await isStapleText(text)) {
    waiting = text
    return goOnLooking('liveFirst')
  }
  judgeText(text)
  return true
}

function goOnLooking(why) {
  tell(why)
  return false
}

function looksLikeOurs(text) {
  try {
    return readQrText(text).bytes.length > 0
  } catch (e) {
    if (e instanceof Refused) return false
    throw e
  }
}

async function toggleCamera() {
  return camera ? stopCamera() : openCamera('looking')
}

async function lookForLive() {
  wantsLive = true
  await openCamera('liveLooking')
}

async function openCamera(what) {
  ui.video.hidden = false
  ui.toggle.textContent = say('stop')
  tell(what)
  try {
    camera = await startCamera(ui.video, takeText)
  } catch {
    stopCamera()
    tell('noCamera')
  }
}

// --- files ---

async function judgePicture(file) {
  const picture = await createImageBitmap(file, { imageOrientation: 'from-image' }).catch(() => undefined)
  const texts = picture ? await (await qrReader()).picture(picture, picture.width, picture.height) : []
  const ours = texts.filter(looksLikeOurs)
  if (ours.length === 0) return tell(texts.length > 0 ? 'notOurs' : 'nothingFound')
  for (const text of ours) await judgeText(text)
}

// A PDF is looked at whole by the endpoint; without a network, its token by itself.
async function judgePdf(file, bytes) {
  const form = new FormData()
  form.set('file', file)
  form.set('lang', lang)
  const answer = await fetch('/', { method: 'POST', headers: { Accept: 'application/json' }, body: form }).catch(() => undefined)
  certificate = undefined
  if (answer?.ok) return show(await answer.json(), 'byServer')
  const token = tokenOfPdf(bytes)
  return token ? judgeBytes(token, [say('pdfPart')]) : tell('noToken')
}

async function judgeFile(file) {
  tell('reading')
  const bytes = new Uint8Array(await file.arrayBuffer())
  return isPdf(bytes) ? judgePdf(file, bytes) : judgePicture(file)
}

// --- the endpoint's forms, and things dropped ---

function takeForms() {
  const [text, file] = ['text', 'file'].map((id) => document.getElementById(id))
  text?.form.addEventListener('submit', (event) => {
    event.preventDefault()
    judgeText(text.value)
  })
  file?.form.addEventListener('submit', (event) => event.preventDefault())
  file?.addEventListener('change', () => file.files[0] && judgeFile(file.files[0]))
  addEventListener('dragover', (event) => event.preventDefault())
  addEventListener('drop', (event) => {
    event.preventDefault()
    const [dropped] = event.dataTransfer.files
    if (dropped) judgeFile(dropped)
  })
}

// --- data ---

async function update(asked) {
  ui.update.disabled = true
  if (asked || !device) ui.data.textContent = say('dataFetching')
  const { device: next, said, size } = await refresh(device, asked)
  device = next
  showData()
  if (said && (asked || said !== 'dataFailed')) tell(said)
  ui.update.textContent = size ? `${say('dataKeep')} (${Math.ceil(size / 2 ** 20)} MB)` : say('dataUpdate')
  ui.update.disabled = false
}

function updateWhenOld() {
  return isFresh(device) || ui.update.disabled ? undefined : update(false)
}

async function keepPage() {
  const worker = await navigator.serviceWorker?.register('/sw.js', { scope: '/' }).catch(() => undefined)
  ui.offline.textContent = say(worker ? 'offlineReady' : 'offlineNot')
  if (worker) await navigator.storage?.persist?.().catch(() => false)
}

async function openData() {
  device = await openKept()
  showData()
}

// A phone's camera opens /V/…: with no network the service worker gives this page for it.
function judgeAddress() {
  const digits = /^\/v\/([0-9]+)$/i.exec(location.pathname)?.[1]
  if (digits) judgeText(digits)
}

setUp()
takeForms()
ui.toggle.addEventListener('click', toggleCamera)
ui.live.addEventListener('click', lookForLive)
ui.update.addEventListener('click', () => update(true))
opening = openData()
judgeAddress()
keepPage()
opening.then(updateWhenOld)
addEventListener('online', updateWhenOld)
