// What the page takes of @noble/curves: many modules, made into one file by esbuild.
export { mulAddUnsafe } from '@noble/curves/abstract/curve.js'
export { weierstrass } from '@noble/curves/abstract/weierstrass.js'
export { ed25519 } from '@noble/curves/ed25519.js'
