// The camera: frames are looked at one after another until something wants no more of them.
import { qrReader } from './qr-reader.js'

const PAUSE_MS = 60
const WANTED = { audio: false, video: { facingMode: { ideal: 'environment' }, width: { ideal: 1280 }, height: { ideal: 960 } } }

const pause = () => new Promise((resolve) => setTimeout(resolve, PAUSE_MS))

// video: shows the picture. onText(text): true, or a promise of it: enough. Gives { stop }, or throws what getUserMedia throws.
export async function startCamera(video, onText) {
  const stream = await navigator.mediaDevices.getUserMedia(WANTED)
  let running = true
  const stop = () => {
    running = false
    for (const track of stream.getTracks()) track.stop()
    video.srcObject = null
  }
  video.srcObject = stream
  await video.play()
  const look = async () => {
    const { frame } = await qrReader()
    while (running) {
      const texts = video.videoWidth > 0 ? await frame(video, video.videoWidth, video.videoHeight) : []
      for (const text of texts) if (running && (await onText(text))) stop()
      await pause()
    }
  }
  look().catch(stop)
  return { stop }
}
