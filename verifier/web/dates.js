// Calendar dates as days since 1970-01-01, and China Standard Time, UTC+8.
const DAY_S = 86400
const UTC8_S = 8 * 3600

export function dayOfTime(unixSeconds) {
  return Math.floor((unixSeconds + UTC8_S) / DAY_S)
}

export function dateText(day) {
  return new Date(day * DAY_S * 1000).toISOString().slice(0, 10)
}

// RFC 3339 with +08:00.
export function timeText(unixSeconds) {
  return new Date((unixSeconds + UTC8_S) * 1000).toISOString().replace(/\.000Z$/, '+08:00')
}
