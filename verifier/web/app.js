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
import { withWords } from './verdict.js'
import { age, lang, say } from './words.js'

const main = document.getElementById('main')
const MORE_MAY_BE_KNOWN = ['newer_than_list', 'status_stale', 'trust_stale', 'status_missing', 'unknown_key', 'block_damaged', 'unknown_issuer', 'self_test', 'cut_off_unproven']

let device // of keep.js; undefined: nothing is kept
let opening // settles when it was looked for
let camera

// --- what stands on the page ---

const ui = {
  video: element('video', { muted: '', playsinline: '', 'aria-label': say('camera'), hidden: '' }),
  toggle: element('button', { type: 'button', id: 'camera' }, say('start')),
  said: element('p', { role: 'status', id: 'said' }),
  data: element('p', { id: 'data-age' }),
  offline: element('p', { class: 'help', id: 'offline' }),
  update: element('button', { type: 'button', id: 'update' }, say('dataUpdate')),
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
  ui.result.replaceChildren(...verdictElements(verdict, by, nowSeconds(), more))
  document.getElementById('verdict').focus()
}

const inWords = (verdict) => withWords(verdict, lang)

// undefined: no answer.
async function askServer(text) {
  try {
    const answer = await fetch(`/api/verify?lang=${lang}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json', 'Accept-Language': lang },
      body: JSON.stringify({ token: text }),
      cache: 'no-store',
    })
    return answer.ok ? await answer.json() : undefined
  } catch {
    return undefined
  }
}

async function byServer(text) {
  const verdict = await askServer(text)
  if (verdict) show(verdict, 'byServer')
  else tell(navigator.onLine ? 'serverFailed' : 'needNetwork')
}

const canKnowMore = (v) => v.problems.some(({ code }) => MORE_MAY_BE_KNOWN.includes(code))

// The device's own verdict at once; where newer data could say more, the endpoint's instead, when it answers.
async function judgeText(text) {
  await opening
  if (!device) return byServer(text)
  const own = inWords(await check(device, text, nowSeconds()))
  const theirs = canKnowMore(own) ? await askServer(text) : undefined
  show(theirs ?? own, theirs ? 'byServer' : 'byDevice')
}

async function judgeBytes(bytes, more) {
  await opening
  if (!device) return tell('needNetwork')
  show(inWords(await check(device, bytes, nowSeconds())), 'byDevice', more)
}

// --- camera ---

function stopCamera() {
  camera?.stop()
  camera = undefined
  ui.video.hidden = true
  ui.toggle.textContent = say('start')
}

// A code of somebody else's is not opened, not even shown as a link: looking goes on.
function takeText(text) {
  const isOurs = looksLikeOurs(text)
  if (!isOurs) tell('notOurs')
  else judgeText(text)
  return isOurs
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
  if (camera) return stopCamera()
  ui.video.hidden = false
  ui.toggle.textContent = say('stop')
  tell('looking')
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
  const text = texts.find(looksLikeOurs)
  if (text) return judgeText(text)
  return tell(texts.length > 0 ? 'notOurs' : 'nothingFound')
}

// A PDF is looked at whole by the endpoint; without a network, its token by itself.
async function judgePdf(file, bytes) {
  const form = new FormData()
  form.set('file', file)
  form.set('lang', lang)
  const answer = await fetch('/', { method: 'POST', headers: { Accept: 'application/json' }, body: form }).catch(() => undefined)
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
ui.update.addEventListener('click', () => update(true))
opening = openData()
judgeAddress()
keepPage()
opening.then(() => (isFresh(device) ? undefined : update(false)))
