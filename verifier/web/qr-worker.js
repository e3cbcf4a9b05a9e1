// Looks for codes in pictures with jsQR, away from the page. Fetched only where the browser has no detector of its own.
/* global importScripts, jsQR */
importScripts('jsqr.js')

onmessage = ({ data: { id, data, width, height, thorough } }) => {
  const found = jsQR(new Uint8ClampedArray(data), width, height, { inversionAttempts: thorough ? 'attemptBoth' : 'dontInvert' })
  postMessage({ id, text: found ? found.data : '' })
}
