// The published vectors mean to the page's reader what is written beside them: in node.
import assert from 'node:assert/strict'
import test from 'node:test'
import { WEB_FOLDER } from './node.mjs'
import { agrees, tellers } from './tell.mjs'
import { readVectors } from './vectors.mjs'

const tell = await tellers(WEB_FOLDER)
const vectors = readVectors()

test('there are vectors of every area', () => {
  for (const area of ['token', 'staple', 'trust', 'deadlines', 'directory', 'bundle', 'delta', 'log']) {
    assert.ok(vectors.filter((vector) => vector.area === area).length >= 4, area)
  }
})

for (const { area, name, input, want, beside } of vectors) {
  test(`${area}/${name}`, async () => {
    const told = await tell(area, input, beside)
    assert.ok(agrees(area, told, want), `told:\n${told}\nwanted:\n${want}`)
  })
}
