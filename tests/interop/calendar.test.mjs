// The holder's calendar, as ical.js reads it. INTEROP_CALENDAR: the unit test that writes zh.ics and en.ics into a folder.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import ICAL from 'ical.js'

const folder = mkdtempSync(join(tmpdir(), 'sitecert-calendar-'))
after(() => rmSync(folder, { recursive: true }))
execFileSync(process.env.INTEROP_CALENDAR, [folder], { stdio: 'ignore' })

for (const language of ['zh', 'en']) {
  const calendar = new ICAL.Component(ICAL.parse(readFileSync(join(folder, `${language}.ics`), 'utf8')))
  const component = calendar.getFirstSubcomponent('vevent')
  const event = new ICAL.Event(component)

  test(`${language}: one event, a whole day, on the deadline`, () => {
    assert.equal(calendar.getFirstPropertyValue('version'), '2.0')
    assert.ok(calendar.getFirstPropertyValue('prodid'))
    assert.equal(calendar.getAllSubcomponents('vevent').length, 1)
    assert.ok(event.startDate.isDate)
    assert.equal(event.startDate.toString(), '2024-02-29')
    assert.equal(event.endDate.toString(), '2024-03-01')
    assert.equal(event.uid, '03301202000000013@SITECERT.EXAMPLE')
    assert.equal(event.sequence, 1)
    assert.equal(component.getFirstPropertyValue('dtstamp').toJSDate().toISOString(), '2020-08-03T02:00:00.000Z')
  })

  test(`${language}: alarms 90, 30 and 7 days before it`, () => {
    const alarms = component.getAllSubcomponents('valarm')
    assert.deepEqual(alarms.map(a => a.getFirstPropertyValue('trigger').toSeconds() / -86400), [90, 30, 7])
    for (const alarm of alarms) {
      assert.equal(alarm.getFirstPropertyValue('action'), 'DISPLAY')
      assert.match(alarm.getFirstPropertyValue('description'), /03301202000000013/)
    }
  })

  test(`${language}: folded lines and escapes come back as text`, () => {
    assert.match(event.summary, /装饰装修施工员$/)
    assert.match(event.description, /^.*2024-02-29.*\n.+$/)
    assert.doesNotMatch(event.description, /\\|�/)
  })
}
