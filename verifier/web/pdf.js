// The token in a certificate's PDF (docs/pdf.md, sections 1 and 7): object 32 of a file of our form. Whether the rest of the
// file is genuine is not asked here: nothing of it is shown, and who wants to know asks the endpoint or certcheck.
import { TOKEN_MAX } from './token.js'

const PDF_MAX = 2 ** 20
const OBJECT = /\n32 0 obj\n<<\/Length ([1-9][0-9]{0,2})\/Type\/EmbeddedFile\/Subtype\/application#2fcose\/Params<<[^<>]*>>>>\nstream\n/g

export function isPdf(bytes) {
  return String.fromCharCode(...bytes.subarray(0, 5)) === '%PDF-'
}

// undefined: there is none, or more than one place that could be it.
export function tokenOfPdf(bytes) {
  if (bytes.length > PDF_MAX) return undefined
  const text = new TextDecoder('latin1').decode(bytes) // windows-1252: a character for every byte all the same
  const places = [...text.matchAll(OBJECT)]
  if (places.length !== 1) return undefined
  const from = places[0].index + places[0][0].length
  const length = Number(places[0][1])
  const follows = text.slice(from + length, from + length + 11)
  return length <= TOKEN_MAX && follows === '\nendstream\n' ? bytes.slice(from, from + length) : undefined
}
