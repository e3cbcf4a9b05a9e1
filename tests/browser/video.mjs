// What a fake camera sees: a QR code on a grey wall, as a film of one picture (YUV4MPEG2), upright, turned or dim.
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const { PNG } = createRequire(fileURLToPath(new URL('../interop/package.json', import.meta.url)))('pngjs')

const WIDTH = 1280
const HEIGHT = 960
const FRAMES = 4
const WALL = 150

// png: of the code, its quiet zone with it. angle: in degrees; side: of the code in pixels; light: 1 is daylight.
export function film(png, { angle = 0, side = 620, light = 1, noise = 0 } = {}) {
  const { width, height, data } = PNG.sync.read(png)
  const [cos, sin] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)]
  const luma = Buffer.alloc(WIDTH * HEIGHT)
  let dice = 1
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const [dx, dy] = [x - WIDTH / 2, y - HEIGHT / 2]
      const u = Math.floor(((dx * cos + dy * sin) / side + 0.5) * width)
      const v = Math.floor(((dy * cos - dx * sin) / side + 0.5) * height)
      const seen = u >= 0 && u < width && v >= 0 && v < height ? data[4 * (v * width + u)] : WALL
      dice = (Math.imul(dice, 1103515245) + 12345) >>> 0
      luma[y * WIDTH + x] = Math.max(16, Math.min(235, 16 + seen * light * 0.86 + ((dice >>> 16) / 65536 - 0.5) * noise))
    }
  }
  const frame = Buffer.concat([Buffer.from('FRAME\n'), luma, Buffer.alloc((WIDTH * HEIGHT) / 2, 128)])
  return Buffer.concat([Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F10:1 Ip A1:1 C420jpeg\n`), ...Array(FRAMES).fill(frame)])
}
