// The texts of the QR codes in a picture: by the browser's own detector where it is real, else by jsQR in a worker.
const FORMAT = 'qr_code'
const WORKER = new URL('./qr-worker.js', import.meta.url)
const SIDES = [1600, 900, 2400] // pixels of the longer side, in turn, for pictures that stand still

// Some browsers have the name and no format.
async function ownDetector() {
  try {
    const formats = await globalThis.BarcodeDetector?.getSupportedFormats()
    return formats?.includes(FORMAT) ? new globalThis.BarcodeDetector({ formats: [FORMAT] }) : undefined
  } catch {
    return undefined
  }
}

function jsqrReader() {
  const worker = new Worker(WORKER)
  const waiting = new Map()
  let last = 0
  const answer = (id, texts) => {
    waiting.get(id)?.(texts)
    waiting.delete(id)
  }
  worker.onmessage = ({ data: { id, text } }) => answer(id, text ? [text] : [])
  worker.onerror = () => [...waiting.keys()].forEach((id) => answer(id, []))
  return ({ data, width, height }, thorough) => new Promise((resolve) => {
    waiting.set(++last, resolve)
    worker.postMessage({ id: last, data: data.buffer, width, height, thorough }, [data.buffer])
  })
}

function pixelsOf(canvas, source, width, height) {
  canvas.width = width
  canvas.height = height
  const context = canvas.getContext('2d', { willReadFrequently: true })
  context.fillStyle = '#fff'
  context.fillRect(0, 0, width, height)
  context.drawImage(source, 0, 0, width, height)
  return context.getImageData(0, 0, width, height)
}

let reader
// { frame, picture }: each takes something that can be drawn, with its size, and gives texts.
export function qrReader() {
  reader ??= makeReader()
  return reader
}

async function makeReader() {
  const own = await ownDetector()
  if (own) {
    const detect = async (source) => (await own.detect(source)).map(({ rawValue }) => rawValue)
    return { frame: detect, picture: detect }
  }
  const canvas = document.createElement('canvas')
  const read = jsqrReader()
  const scaled = (source, width, height, side, thorough) => {
    const scale = Math.min(1, side / Math.max(width, height))
    return read(pixelsOf(canvas, source, Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))), thorough)
  }
  return {
    frame: (source, width, height) => scaled(source, width, height, 1024, false),
    async picture(source, width, height) {
      for (const side of SIDES) {
        const texts = await scaled(source, width, height, side, true)
        if (texts.length > 0) return texts
      }
      return []
    },
  }
}
